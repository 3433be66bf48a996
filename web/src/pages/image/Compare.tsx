// Two results of a photo, over each other or side by side, with what differs marked and listed.
import { useMemo, useState } from 'react';

import type { Schemas } from '../../api/client';
import { useFormat } from '../../i18n';
import { Button, ErrorNotice, Skeleton } from '../../ui';
import { leftColour, rightColour } from './colours';
import { foundIn, isShown, labelled } from './finds';
import type { Find, Found, Result } from './finds';
import { viewOn } from './geometry';
import type { Looking } from './looking';
import { Marks } from './Marks';
import type { Mark } from './Marks';
import { matched } from './matching';
import type { Difference, Pair } from './matching';
import { useResult } from './results';
import type { PastResult } from './results';
import { Stage } from './Stage';
import { ZoomButtons } from './Viewer';
import { useImageWords } from './words';

type Image = Schemas['Image'];
type Side = 'left' | 'right';

const differences: readonly Difference[] = ['label', 'left', 'right', 'same'];

// A pair is pointed at as one: both its finds have the pair's number.
function marksOf(pairs: readonly Pair[], shown: ReadonlySet<Difference>, sides: readonly Side[]): Mark[] {
  const marks: Mark[] = [];
  pairs.forEach((pair, id) => {
    if (!shown.has(pair.difference)) return;
    for (const side of sides) {
      const find = pair[side];
      if (find) marks.push({ find: { ...find, id }, colour: side === 'left' ? leftColour : rightColour, dashed: side === 'right', faded: pair.difference === 'same' });
    }
  });
  return marks;
}

const nameOf = (result: Result) => result.model.name ?? '?';

function PairText({ pair, names }: { pair: Pair; names: [string, string] }) {
  const t = useImageWords();
  const format = useFormat();
  const say = (find: Find) => (find.confidence === null ? find.label : `${find.label} ${format.percent(find.confidence)}`);
  if (pair.left && pair.right) {
    return pair.difference === 'label' ? (
      <>
        {say(pair.left)} ≠ {say(pair.right)}
      </>
    ) : (
      <>{t('compare.both', { label: pair.left.label, left: pair.left.confidence === null ? '–' : format.percent(pair.left.confidence), right: pair.right.confidence === null ? '–' : format.percent(pair.right.confidence) })}</>
    );
  }
  return <>{t('compare.only', { model: pair.left ? names[0] : names[1], what: say((pair.left ?? pair.right)!) })}</>;
}

function Differences({ pairs, names, shown, onToggle, looking, photo }: { pairs: readonly Pair[]; names: [string, string]; shown: ReadonlySet<Difference>; onToggle: (difference: Difference) => void; looking: Looking; photo: Found['size'] }) {
  const t = useImageWords();
  const format = useFormat();
  const order = [...pairs.entries()].filter(([, pair]) => shown.has(pair.difference)).sort(([, a], [, b]) => differences.indexOf(a.difference) - differences.indexOf(b.difference));
  return (
    <section className="card image-finds" aria-labelledby="image-differences">
      <h2 id="image-differences">{t('compare.differences')}</h2>
      <ul className="image-classes">
        {differences.map((difference) => (
          <li key={difference}>
            <label>
              <input type="checkbox" className="check" checked={shown.has(difference)} onChange={() => onToggle(difference)} />
              <span>{t(`compare.${difference}`, { left: names[0], right: names[1] })}</span>
            </label>
            <span className="soft number">{format.number(pairs.filter((pair) => pair.difference === difference).length)}</span>
          </li>
        ))}
      </ul>
      {order.length === 0 && <p className="soft">{t('compare.none')}</p>}
      <ol className="image-list" aria-label={t('compare.differences')}>
        {order.map(([id, pair]) => (
          <li key={id}>
            <button
              type="button"
              className="image-find"
              data-difference={pair.difference}
              data-active={looking.active === id || undefined}
              onPointerEnter={() => looking.setActive(id)}
              onPointerLeave={() => looking.setActive(null)}
              onFocus={() => looking.setActive(id)}
              onBlur={() => looking.setActive(null)}
              onClick={() => looking.setView(viewOn((pair.left ?? pair.right)!.box, looking.frame, photo))}
            >
              <span className="image-dots">
                {pair.left && <span className="image-dot" style={{ background: leftColour }} />}
                {pair.right && <span className="image-dot" style={{ background: rightColour }} />}
              </span>
              <span>
                <PairText pair={pair} names={names} />
              </span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

export function Compare({ image, results, job, looking, onJob, onClose }: { image: Image; results: readonly PastResult[]; job: string; looking: Looking; onJob: (job: string) => void; onClose: () => void }) {
  const t = useImageWords();
  const format = useFormat();
  const [beside, setBeside] = useState(false);
  const [shown, setShown] = useState<ReadonlySet<Difference>>(new Set(['label', 'left', 'right']));
  const other = useResult(image.id, job);
  const newest = image.result!;
  const left = useMemo(() => foundIn(newest), [newest]);
  const right = useMemo(() => (other.data ? foundIn(other.data.result) : null), [other.data]);
  const pairs = useMemo(() => {
    const keep = (found: Found) => found.finds.filter((find) => isShown(find, looking.threshold, looking.hidden));
    return right ? matched(keep(left), keep(right)) : [];
  }, [left, right, looking.threshold, looking.hidden]);
  const past = results.find((each) => each.job_id === job);
  const names: [string, string] = [nameOf(newest), past?.model === nameOf(newest) ? t('compare.earlier', { model: past!.model }) : (past?.model ?? '?')];
  const toggle = (difference: Difference) =>
    setShown((before) => {
      const next = new Set(before);
      if (!next.delete(difference)) next.add(difference);
      return next;
    });
  const stage = (sides: readonly Side[], name: string) => (
    <Stage src={image.preview_url} label={t('compare.stage', { title: image.title, name })} photo={left.size} view={looking.view} onView={looking.setView} onFrame={looking.setFrame}>
      {(lie) => <Marks photo={left.size} lie={lie} marks={marksOf(pairs, shown, sides)} active={looking.active} onActive={looking.setActive} labels={looking.labels} say={(find) => labelled(find, format)} />}
    </Stage>
  );
  return (
    <div className="image-top">
      <figure className="image-viewer">
        <div className="image-bar image-bar-top">
          <span className="image-side">
            <span className="image-dot" style={{ background: leftColour }} /> {names[0]}
          </span>
          <label className="image-side">
            <span className="image-dot image-dot-dashed" style={{ borderColor: rightColour }} />
            <select className="input" aria-label={t('compare.with')} value={job} onChange={(event) => onJob(event.target.value)}>
              {results
                .filter((each) => !each.is_newest)
                .map((each) => (
                  <option key={each.job_id} value={each.job_id}>
                    {each.model} · {each.model_version} · {format.dateTime(each.made_at)}
                  </option>
                ))}
            </select>
          </label>
          <Button className="image-bar-end" kind="quiet" icon="close" onClick={onClose}>
            {t('compare.close')}
          </Button>
        </div>
        {other.error ? <ErrorNotice error={other.error} /> : !right ? <Skeleton height="24rem" /> : beside ? (
          <div className="image-beside">
            {stage(['left'], names[0])}
            {stage(['right'], names[1])}
          </div>
        ) : (
          stage(['left', 'right'], `${names[0]}, ${names[1]}`)
        )}
        <figcaption className="image-bar">
          <ZoomButtons looking={looking} photo={left.size} />
          <label className="image-option">
            <input type="checkbox" className="check" checked={beside} onChange={(event) => setBeside(event.target.checked)} />
            {t('compare.beside')}
          </label>
          <label className="image-option">
            <input type="checkbox" className="check" checked={looking.labels} onChange={(event) => looking.setLabels(event.target.checked)} />
            {t('labels')}
          </label>
        </figcaption>
      </figure>
      <Differences pairs={pairs} names={names} shown={shown} onToggle={toggle} looking={looking} photo={left.size} />
    </div>
  );
}
