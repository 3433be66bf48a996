import { Link } from '../../app/router';
import { useWords } from './words';
import type { Event } from './words';

// Where what an act was about is shown.
const places: Record<string, (name: string) => string> = {
  account: (name) => `/users/${encodeURIComponent(name)}`,
  model: (name) => `/models/${encodeURIComponent(name)}`,
  schedule: (name) => `/schedules/${encodeURIComponent(name)}`,
  endpoint: (name) => `/webhooks/endpoints/${encodeURIComponent(name)}`,
  delivery: (name) => `/webhooks/deliveries/${encodeURIComponent(name)}`,
};

const isShort = (value: unknown): value is string | number | boolean => ['string', 'number', 'boolean'].includes(typeof value) && String(value).length <= 80;

// Ids are told apart by their ends.
const short = (value: string | number | boolean) => (/^(msg_)?[0-9a-f-]{32,36}$/.test(String(value)) ? `…${String(value).slice(-8)}` : String(value));

export function About({ event }: { event: Event }) {
  const t = useWords();
  const gone = event.type.endsWith('.deleted') || event.type.endsWith('.removed');
  const rest = Object.entries(event.data).filter(([name, value]) => isShort(value) && !(name === 'session' && event.type.startsWith('session.')));
  return (
    <span className="line audit-about">
      {event.image_id !== null && (gone ? <span>{t('image', { id: event.image_id })}</span> : <Link to={`/images/${event.image_id}`}>{t('image', { id: event.image_id })}</Link>)}
      {rest.map(([name, value]) => {
        const place = places[name];
        return (
          <span key={name} className="audit-fact">
            <span className="soft small">{t.maybe(`fact.${name}`) ?? name}</span> {place && !gone ? <Link to={place(String(value))}>{short(value)}</Link> : short(value)}
          </span>
        );
      })}
    </span>
  );
}
