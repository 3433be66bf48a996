// What was found as a list: classes that can be hidden, a threshold, and each thing, linked with its box in the photo both ways.
import { useEffect, useRef } from 'react';

import { useFormat } from '../../i18n';
import { colourOf } from './colours';
import type { Find, Found } from './finds';
import { viewOn } from './geometry';
import type { Looking } from './looking';
import { useImageWords } from './words';

function Classes({ found, looking }: { found: Found; looking: Looking }) {
  const t = useImageWords();
  const format = useFormat();
  const count = (label: string) => found.finds.filter((find) => find.label === label).length;
  const share = (label: string) => found.regions.filter((region) => region.label === label).reduce((sum, region) => sum + region.share, 0);
  return (
    <ul className="image-classes" aria-label={t('classes')}>
      {found.labels.map((label) => (
        <li key={label}>
          <label>
            <input type="checkbox" className="check" checked={!looking.hidden.has(label)} onChange={() => looking.toggle(label)} />
            <span className="image-dot" style={{ background: colourOf(label, found.labels) }} />
            <span className="cut">{label}</span>
          </label>
          <span className="soft number">{count(label) ? format.number(count(label)) : format.percent(share(label))}</span>
          {found.labels.length > 1 && (
            <button type="button" className="image-only" aria-label={t('only.of', { label })} onClick={() => looking.only(label)}>
              {t('only')}
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

function Threshold({ found, looking, own }: { found: Found; looking: Looking; own: number | null }) {
  const t = useImageWords();
  const format = useFormat();
  if (!found.finds.some((find) => find.confidence !== null)) return null;
  return (
    <div className="image-threshold">
      <label>
        <span>{t('threshold')}</span>
        <output className="number">{format.percent(looking.threshold)}</output>
        <input type="range" min={0} max={100} step={1} value={Math.round(looking.threshold * 100)} onChange={(event) => looking.setThreshold(Number(event.target.value) / 100)} />
      </label>
      <p className="soft small" aria-live="polite">
        {t('shown', { shown: looking.shown.length, all: found.finds.length })}
        {own !== null && <> · {t('threshold.own', { own: format.percent(own) })}</>}
      </p>
    </div>
  );
}

function Row({ find, found, looking, chosen, photo }: { find: Find; found: Found; looking: Looking; chosen: boolean; photo: Found['size'] }) {
  const format = useFormat();
  const ref = useRef<HTMLButtonElement>(null);
  const isActive = looking.active === find.id;
  useEffect(() => {
    if (chosen) ref.current?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  return (
    <li>
      <button
        ref={ref}
        type="button"
        className="image-find"
        data-find={find.id}
        data-active={isActive || undefined}
        aria-pressed={chosen}
        onPointerEnter={() => looking.setActive(find.id)}
        onPointerLeave={() => looking.setActive(null)}
        onFocus={() => looking.setActive(find.id)}
        onBlur={() => looking.setActive(null)}
        onClick={() => looking.setView(viewOn(find.box, looking.frame, photo))}
      >
        <span className="image-dot" style={{ background: colourOf(find.label, found.labels) }} />
        <span className="cut">{find.label}</span>
        <span className="image-score" aria-hidden="true">
          {find.confidence !== null && <span style={{ width: `${find.confidence * 100}%`, background: colourOf(find.label, found.labels) }} />}
        </span>
        <span className="number">{find.confidence === null ? '–' : format.percent(find.confidence)}</span>
      </button>
    </li>
  );
}

export function Finds({ found, looking, chosen, own }: { found: Found; looking: Looking; chosen: number | null; own: number | null }) {
  const t = useImageWords();
  const format = useFormat();
  const nothing = !found.finds.length && !found.regions.length && !found.classes.length && found.embedding === null;
  return (
    <section className="card image-finds" aria-labelledby="image-finds">
      <h2 id="image-finds">
        {t('finds')} {found.finds.length > 0 && <span className="count">{format.number(found.finds.length)}</span>}
      </h2>
      {nothing && <p className="soft">{t('finds.none')}</p>}
      {found.labels.length > 0 && <Classes found={found} looking={looking} />}
      <Threshold found={found} looking={looking} own={own} />
      {found.classes.length > 0 && (
        <ol className="image-guesses">
          {found.classes.map(({ label, confidence }) => (
            <li key={label}>
              <span className="cut">{label}</span>
              <span className="image-score" aria-hidden="true">
                <span style={{ width: `${confidence * 100}%` }} />
              </span>
              <span className="number">{format.percent(confidence)}</span>
            </li>
          ))}
        </ol>
      )}
      {found.embedding !== null && <p className="soft">{t('embedding', { count: found.embedding })}</p>}
      {found.finds.length > 0 && (
        <ol className="image-list" aria-label={t('finds')}>
          {looking.shown.map((find) => (
            <Row key={find.id} find={find} found={found} looking={looking} chosen={chosen === find.id} photo={found.size} />
          ))}
        </ol>
      )}
    </section>
  );
}
