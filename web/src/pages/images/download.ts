// Results as a file: of all that match straight from the server, of a few out of what the page has.
import { addressOf } from '../../api/client';
import type { Image } from '../../images/filter';
import type { Target } from './acting';

const cell = (value: unknown) => {
  const text = value === null || value === undefined ? '' : String(value);
  // A cell that begins like a formula is not to be one in a spreadsheet.
  const plain = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
  return /[",\n\r]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
};

// The columns of GET /api/v1/results: a row for each thing found, and one for an image in which nothing was.
const columns = ['image_id', 'title', 'uploaded_by', 'external_id', 'uploaded_at', 'status', 'error_code', 'model', 'model_version', 'image_width', 'image_height', 'found', 'label', 'confidence', 'x1', 'y1', 'x2', 'y2', 'share'];

type Row = readonly unknown[];

function findsOf(image: Image): Row[] {
  const result = image.result?.result;
  if (!result) return [];
  return [
    ...result.detected_objects.map((object) => ['object', object.class, object.confidence, ...object.bbox, '']),
    ...(result.classes ?? []).map((each) => ['class', each.class, each.confidence, '', '', '', '', '']),
    ...(result.regions ?? []).map((region) => ['region', region.class, '', '', '', '', '', region.share]),
  ];
}

function rowsOf(image: Image): Row[] {
  const [width, height] = image.result?.image_info.size ?? ['', ''];
  const head = [image.id, image.title, image.uploaded_by, image.external_id, image.created_at, image.status, image.error_code, image.result?.model.name, image.result?.model.version, width, height];
  const finds = findsOf(image);
  return finds.length ? finds.map((find) => [...head, ...find]) : [[...head, '', '', '', '', '', '', '', '']];
}

// With a mark at the beginning, by which Excel knows that it is UTF-8.
export const csvOf = (images: readonly Image[]): string => '\ufeff' + [columns, ...images.flatMap(rowsOf)].map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n';

export const jsonOf = (images: readonly Image[]): string => `${JSON.stringify(images.map((image) => ({ image_id: image.id, title: image.title, uploaded_by: image.uploaded_by, external_id: image.external_id, uploaded_at: image.created_at, status: image.status, error_code: image.error_code, result: image.result })), null, 2)}\n`;

function follow(address: string, name?: string): void {
  const link = document.createElement('a');
  link.href = address;
  link.download = name ?? '';
  link.click();
}

function save(text: string, type: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  follow(address, name);
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

export function download(target: Target, format: 'json' | 'csv'): void {
  if (target.kind === 'all') return follow(addressOf('/api/v1/results', {}, { format, ...target.conditions }));
  const name = `darkroom-results-${new Date().toISOString().slice(0, 10)}.${format}`;
  if (format === 'csv') save(csvOf(target.images), 'text/csv', name);
  else save(jsonOf(target.images), 'application/json', name);
}
