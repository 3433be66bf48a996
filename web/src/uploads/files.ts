// Photos out of what was dropped or chosen, folders with all that is in them.

export interface Found {
  file: File;
  path: string;
}

// Whether files are what is dragged.
export const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;

const endings = /\.(jpe?g|png|webp|gif|heic|heif|avif)$/i;

export const isPhoto = (file: { name: string; type: string }) => endings.test(file.name) || /^image\/(jpeg|png|webp|gif|heic|heif|avif)$/.test(file.type);

export interface Sorted {
  photos: Found[];
  others: number; // files that are no photos
}

export function sortFiles(found: readonly Found[]): Sorted {
  const photos = found.filter(({ file }) => isPhoto(file));
  // What the system hides is not counted: nobody meant to send it.
  const others = found.filter(({ file }) => !isPhoto(file) && !file.name.startsWith('.') && file.name !== 'Thumbs.db').length;
  return { photos, others };
}

export const fromInput = (files: FileList | null): Found[] => [...(files ?? [])].map((file) => ({ file, path: file.webkitRelativePath || file.name }));

async function walk(entry: FileSystemEntry, found: Found[]): Promise<void> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    found.push({ file, path: entry.fullPath.replace(/^\//, '') });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // It gives a hundred at a time, and none at the end.
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (!entries.length) return;
    for (const each of entries) await walk(each, found);
  }
}

// Call it in the handler of the drop: what is in it is gone afterwards, so the entries are taken before the first wait.
export async function fromDrop(transfer: DataTransfer): Promise<Found[]> {
  const entries = [...transfer.items].filter((item) => item.kind === 'file').map((item) => item.webkitGetAsEntry());
  const plain = [...transfer.files];
  if (!entries.some((entry) => entry?.isDirectory)) return plain.map((file) => ({ file, path: file.name }));
  const found: Found[] = [];
  for (const entry of entries) if (entry) await walk(entry, found);
  return found;
}
