// Tries of a delivery are no events: while one is under way it is read again and again, soon where a try is near.
import type { Schemas } from './client';

const soonest = 2000; // milliseconds
const latest = 30_000;

type Delivery = Pick<Schemas['Delivery'], 'state' | 'next_try_at'>;

// Milliseconds until these are worth another look; false where all of them have ended. For useApi's refetchInterval.
export function whenToLook(deliveries: readonly Delivery[] | undefined, now = Date.now()): number | false {
  const times = deliveries?.filter(({ state }) => state === 'waiting' || state === 'sending').map(({ next_try_at: next }) => (next ? Date.parse(next) - now : 0)) ?? [];
  return times.length ? Math.min(latest, Math.max(soonest, Math.min(...times))) : false;
}
