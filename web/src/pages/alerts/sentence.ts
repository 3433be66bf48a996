// What an alert says, out of its numbers.
import type { Answer } from '../../api/client';
import type { Format } from '../../i18n';
import type en from '../../messages/en/alerts';
import type { Words } from '../../i18n/words';

export type Alert = Answer<'get', '/api/v1/alerts'>['items'][number];

// Nothing where it has no numbers, as one that an older program raised, or is of a kind that has no words here.
export function sentence(alert: Pick<Alert, 'name' | 'node' | 'said'>, t: Words<typeof en>, format: Format): string | undefined {
  if (Object.keys(alert.said).length === 0) return undefined;
  const writers: Record<string, (value: number) => string> = { seconds: format.duration, bytes: format.bytes, percent: (value) => format.percent(value / 100) };
  const ofBound = Object.keys(writers).find((unit) => unit in alert.said);
  const unitOf: Record<string, string | undefined> = { bound: ofBound, for_seconds: 'seconds' };
  const written = Object.entries(alert.said).map(([name, value]) => {
    const write = writers[unitOf[name] ?? name];
    return [name, write && typeof value === 'number' ? write(value) : value];
  });
  return t.maybe(`says.${alert.name}`, { node: alert.node, ...Object.fromEntries(written) });
}
