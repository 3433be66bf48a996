// Results as a file: of all that match straight from the server, of a few out of what the page has.
import type { Target } from './acting';
import { foundIn } from './filter';
import type { Image } from './filter';

const cell = (value: unknown) => {
  const text = value === null || value === undefined ? '' : String(value);
  // A cell that begins like a formula is not to be one in a spreadsheet.
  const plain = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
  return /[",\n\r]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
};

const columns = ['id', 'title', 'status', 'model', 'priority', 'uploader', 'created_at', 'updated_at', 'error_code', 'objects', 'found'];

const rowOf = (image: Image) => [
  image.id,
  image.title,
  image.status,
  image.model,
  image.priority,
  image.uploaded_by,
  image.created_at,
  image.updated_at,
  image.error_code,
  image.result?.result.detected_objects.length ?? '',
  foundIn(image).map(({ label, count }) => `${label} ${count}`).join('; '),
];

// With a mark at the beginning, by which Excel knows that it is UTF-8.
export const csvOf = (images: readonly Image[]): string => '\ufeff' + [columns, ...images.map(rowOf)].map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n';

export const jsonOf = (images: readonly Image[]): string => `${JSON.stringify(images.map(({ id, title, status, model, result, error_code, error_message }) => ({ id, title, status, model, result, error_code, error_message })), null, 2)}\n`;

export function save(text: string, type: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

export async function download(target: Target, format: 'json' | 'csv', readAll: () => Promise<readonly Image[]>): Promise<void> {
  const images = target.kind === 'some' ? target.images : await readAll();
  const name = `darkroom-results-${new Date().toISOString().slice(0, 10)}.${format}`;
  save(format === 'csv' ? csvOf(images) : jsonOf(images), format === 'csv' ? 'text/csv' : 'application/json', name);
}
