// Acting on images: on some that are chosen, or on all that meet the conditions of the list, which the server counts before.
import { call } from '../../api/client';
import { each } from '../../api/each';
import { filterOf } from '../../images/filter';
import type { Conditions, Image } from '../../images/filter';
import { retryCancelled, retryIfCancelled } from '../../jobs/retryCancelled';
import type { Preview } from '../../ui';

export type Order = { action: 'reprocess'; model?: string } | { action: 'reprioritise'; priority: number } | { action: 'cancel' } | { action: 'delete' };

export type Target = { kind: 'some'; images: readonly Image[] } | { kind: 'all'; conditions: Conditions };

// What came of acting on some: those that failed are told, and are no part of what changed.
export type Outcome = Preview & { failed: number };

const isFinal = (image: Image) => image.status === 'completed' || image.status === 'failed' || image.status === 'cancelled';

export function fits(order: Order, image: Image): boolean {
  switch (order.action) {
    case 'reprocess':
      return isFinal(image);
    case 'reprioritise':
      return image.status === 'pending';
    case 'cancel':
      return !isFinal(image);
    case 'delete':
      return true;
  }
}

function one(order: Order, image: Image): Promise<unknown> {
  const path = { id: image.id };
  switch (order.action) {
    case 'reprocess':
      return call('post', '/api/v1/images/{id}/reprocess', { path, body: order.model ? { model: order.model } : {} });
    case 'reprioritise':
      return call('patch', '/api/v1/images/{id}', { path, body: { priority: order.priority } });
    case 'cancel':
      return call('post', '/api/v1/jobs/{id}/cancel', { path: { id: image.job_id }, body: {} });
    case 'delete':
      return call('delete', '/api/v1/images/{id}', { path });
  }
}

const values = (order: Order) => ({ ...('model' in order && order.model ? { model: order.model } : {}), ...('priority' in order ? { priority: order.priority } : {}) });

// `many`: the caller may use the actions on many; others do it one by one.
async function act(order: Order, target: Target, many: boolean, dryRun: boolean): Promise<Outcome> {
  if (target.kind === 'all') return { ...(await call('post', '/api/v1/images/actions', { body: { action: order.action, ...values(order), filter: filterOf(target.conditions), dry_run: dryRun } })), failed: 0 };
  const matched = target.images.length;
  if (many && order.action !== 'delete') {
    return { ...(await call('post', '/api/v1/jobs/actions', { body: { action: order.action, ...values(order), filter: { image_ids: target.images.map((image) => image.id) }, dry_run: dryRun } })), failed: 0 };
  }
  const fitting = target.images.filter((image) => fits(order, image));
  if (dryRun) return { matched, changed: fitting.length, failed: 0 };
  const { done, failed } = await each(fitting, (image) => one(order, image));
  return { matched, changed: done, failed };
}

export const preview = (order: Order, target: Target, many: boolean) => act(order, target, many, true);
export const perform = (order: Order, target: Target, many: boolean) => act(order, target, many, false);

// How to take back what was done; null where it cannot be.
export function undoOf(order: Order, target: Target, many: boolean): (() => Promise<unknown>) | null {
  if (target.kind === 'all') return null;
  const fitting = target.images.filter((image) => fits(order, image));
  if (order.action === 'cancel') {
    const ids = fitting.map((image) => image.id);
    return () => (many ? retryCancelled(ids) : each(ids, retryIfCancelled));
  }
  if (order.action !== 'reprioritise') return null;
  const before = new Map<number, Image[]>();
  for (const image of fitting) before.set(image.priority, [...(before.get(image.priority) ?? []), image]);
  return async () => {
    for (const [priority, images] of before) await perform({ action: 'reprioritise', priority }, { kind: 'some', images }, many);
  };
}
