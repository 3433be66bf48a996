// What must survive a reload: the queue and its files, in IndexedDB. The files have a store of their own, so that a change of state writes no photo again.
import type { Batch, Upload } from './types';

const stores = ['uploads', 'files', 'batches', 'sent'] as const;
type StoreName = (typeof stores)[number];

let opened: Promise<IDBDatabase> | null = null;

function database(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open('darkroom-uploads', 1);
    request.onupgradeneeded = () => {
      for (const name of stores) request.result.createObjectStore(name);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB does not open'));
  });
  return opened;
}

async function write(names: StoreName[], act: (store: (name: StoreName) => IDBObjectStore) => void): Promise<void> {
  const transaction = (await database()).transaction(names, 'readwrite');
  act((name) => transaction.objectStore(name));
  await new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('IndexedDB gave up'));
  });
}

async function read<T>(name: StoreName, ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const request = ask((await database()).transaction(name).objectStore(name));
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB does not answer'));
  });
}

export const keepNew = (uploads: readonly Upload[], files: readonly Blob[], batch: Batch) =>
  write(['uploads', 'files', 'batches'], (store) => {
    store('batches').put(batch, batch.id);
    uploads.forEach((upload, index) => {
      store('uploads').put(upload, upload.id);
      store('files').put(files[index], upload.id);
    });
  });

export const keepUploads = (uploads: readonly Upload[]) => write(['uploads'], (store) => uploads.forEach((upload) => store('uploads').put(upload, upload.id)));
export const keepBatch = (batch: Batch) => write(['batches'], (store) => store('batches').put(batch, batch.id));
export const keptUploads = () => read<Upload[]>('uploads', (store) => store.getAll());
export const keptBatches = () => read<Batch[]>('batches', (store) => store.getAll());
export const keptFile = (id: string) => read<Blob | undefined>('files', (store) => store.get(id));
export const dropFiles = (ids: readonly string[]) => write(['files'], (store) => ids.forEach((id) => store('files').delete(id)));
export const forget = (ids: readonly string[]) =>
  write(['uploads', 'files'], (store) =>
    ids.forEach((id) => {
      store('uploads').delete(id);
      store('files').delete(id);
    }),
  );
export const forgetBatches = (ids: readonly string[]) => write(['batches'], (store) => ids.forEach((id) => store('batches').delete(id)));

// Which photos this browser has sent, by user and content, so that it can say that one was sent before.
export const rememberSent = (user: string, sha256: string, image: number) => write(['sent'], (store) => store('sent').put(image, `${user}:${sha256}`));
export const sentBefore = (user: string, sha256: string) => read<number | undefined>('sent', (store) => store.get(`${user}:${sha256}`));
