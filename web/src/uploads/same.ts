// Whether the same photo was sent before, from this browser.
import { ApiError, call } from '../api/client';
import * as keep from './keep';
import type { Upload } from './types';

// The image that it has become, 0 for one that is on its way; null: it is new.
export async function sameAs(upload: Upload, all: Iterable<Upload>): Promise<number | null> {
  if (!upload.sha256) return null;
  for (const other of all) {
    if (other.id !== upload.id && other.sha256 === upload.sha256 && (other.state === 'sending' || other.state === 'sent')) return other.image ?? 0;
  }
  const image = await keep.sentBefore(upload.user, upload.sha256).catch(() => undefined);
  if (!image) return null;
  try {
    await call('get', '/api/v1/images/{id}', { path: { id: image } });
    return image;
  } catch (cause) {
    if (cause instanceof ApiError && cause.status === 404) return null; // it was deleted since
    throw cause;
  }
}
