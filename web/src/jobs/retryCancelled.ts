// The way back from a cancel: a retry, by which a photo keeps its place in its batch. Only what is cancelled now is run again: some may have been completed
// before the cancel came to them.
import { call } from '../api/client';

export const retryCancelled = (imageIds: readonly number[]) => call('post', '/api/v1/jobs/actions', { body: { action: 'retry', filter: { image_ids: [...imageIds], state: 'cancelled' }, dry_run: false } });

// The same for those who may not use the actions on many.
export async function retryIfCancelled(imageId: number): Promise<void> {
  const { image } = await call('get', '/api/v1/images/{id}', { path: { id: imageId } });
  if (image.status === 'cancelled') await call('post', '/api/v1/jobs/{id}/retry', { path: { id: image.job_id }, body: {} });
}
