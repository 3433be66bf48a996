import { useFormat } from '../../i18n';
import { foundIn } from '../../images/filter';
import type { Image } from '../../images/filter';
import { useWords } from '../../images/words';

const shown = 3;

// What was found, by class: each is a way to the list of those that have it, too.
export function Found({ image, onLabel }: { image: Image; onLabel: (label: string) => void }) {
  const t = useWords();
  const format = useFormat();
  if (!image.result) return <span className="soft">–</span>;
  const found = foundIn(image);
  if (!found.length) return <span className="soft">{image.result.result.embedding ? t('found.embedding') : t('found.nothing')}</span>;
  return (
    <span className="images-found">
      {found.slice(0, shown).map(({ label, count }) => (
        <button key={label} type="button" className="chip" title={t('filter.by', { value: label })} onClick={() => onLabel(label)}>
          {label}
          {count > 1 && <b className="number">{format.number(count)}</b>}
        </button>
      ))}
      {found.length > shown && (
        <span className="soft small" title={found.slice(shown).map(({ label, count }) => `${label} ${count}`).join(', ')}>
          +{format.number(found.length - shown)}
        </span>
      )}
    </span>
  );
}
