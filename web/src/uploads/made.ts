// What was chosen or dropped, as photos that wait for their turn.
import type { Found } from './files';
import { newId } from './lead';
import type { Batch, Upload } from './types';

export function toBeSent(found: readonly Found[], how: Pick<Batch, 'user' | 'title' | 'model' | 'priority'>): { batch: Batch; uploads: Upload[] } {
  const batch: Batch = { id: newId(), ...how, serverId: null, sealed: false, count: found.length };
  const at = Date.now();
  const uploads = found.map(({ file, path }, index): Upload => ({
    id: newId(),
    batch: batch.id,
    user: how.user,
    name: file.name,
    path,
    size: file.size,
    state: 'waiting',
    sent: 0,
    location: null,
    sha256: null,
    insist: false,
    image: null,
    status: null,
    error: null,
    addedAt: at + index / 10_000,
    speed: 0,
  }));
  return { batch, uploads };
}
