// How often a job was tried: when, where, with what ending, and how long each stage took.
import type { Schemas } from '../api/client';
import { useFormat } from '../i18n';
import { Chip, Duration, Skeleton, Time, useNow } from '../ui';
import type { Tone } from '../ui';
import { useCause } from './cause';
import { useJobWords } from './words';

export type Attempt = Schemas['Attempt'];

const stages = ['read', 'decode', 'prepare', 'infer', 'post'] as const;

const endings: Record<string, { tone: Tone; sign: string }> = {
  completed: { tone: 'green', sign: '✅' },
  failed: { tone: 'red', sign: '❌' },
  crashed: { tone: 'red', sign: '💥' },
  interrupted: { tone: 'amber', sign: '⏸' },
  cancelled: { tone: 'grey', sign: '⊘' },
  running: { tone: 'blue', sign: '🔄' },
};

export function Ending({ ending }: { ending: string | null }) {
  const t = useJobWords();
  const word = ending ?? 'running';
  const { tone, sign } = endings[word] ?? { tone: 'grey' as const, sign: '' };
  return (
    <Chip tone={tone} sign={sign}>
      {t.maybe(`ending.${word}`) ?? word}
    </Chip>
  );
}

// A bar of all stages, and their times as a list, which says the same to those who do not see the bar.
function StageBar({ attempt }: { attempt: Attempt }) {
  const t = useJobWords();
  const format = useFormat();
  const timings = attempt.timings;
  if (!timings) return null;
  const shown = stages.map((name) => ({ name, micros: timings[name] ?? 0 })).filter((each) => each.micros > 0);
  const total = shown.reduce((sum, each) => sum + each.micros, 0);
  if (!total) return null;
  const say = (micros: number) => (micros < 1000 ? `${format.number(micros)} µs` : format.duration(micros / 1e6));
  return (
    <div className="jobs-stages">
      <div className="jobs-stage-bar" aria-hidden="true">
        {shown.map(({ name, micros }) => (
          <span key={name} data-stage={name} style={{ width: `${(100 * micros) / total}%` }} title={`${t(`stage.${name}`)}: ${say(micros)}`} />
        ))}
      </div>
      <dl aria-label={t('stages', { number: attempt.number })}>
        {shown.map(({ name, micros }) => (
          <div key={name} data-stage={name}>
            <dt>{t(`stage.${name}`)}</dt>
            <dd className="number">{say(micros)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function One({ attempt }: { attempt: Attempt }) {
  const t = useJobWords();
  const cause = useCause();
  const now = useNow();
  const end = attempt.finished_at ? Date.parse(attempt.finished_at) : now;
  const seconds = Math.max(0, (end - Date.parse(attempt.started_at)) / 1000);
  return (
    <li className="jobs-attempt">
      <div className="jobs-attempt-head">
        <b>{t('attempt', { number: attempt.number })}</b>
        <Ending ending={attempt.ending} />
        <span className="soft small">
          <Time at={attempt.started_at} /> · {t('attempt.on', { worker: attempt.worker })} · <Duration seconds={seconds} />
          {attempt.model_version && <> · {t('attempt.version', { version: attempt.model_version })}</>}
        </span>
      </div>
      {attempt.error_code && (
        <div className="jobs-attempt-error">
          <p>
            {cause(attempt.error_code).title} <span className="soft small mono">{attempt.error_code}</span>
          </p>
          {attempt.error_message && (
            <p className="soft small" lang="en">
              {attempt.error_message}
            </p>
          )}
        </div>
      )}
      <StageBar attempt={attempt} />
    </li>
  );
}

export function Attempts({ attempts }: { attempts: readonly Attempt[] | undefined }) {
  const t = useJobWords();
  if (!attempts) return <Skeleton height="4rem" />;
  if (!attempts.length) return <p className="soft">{t('attempts.none')}</p>;
  const newestFirst = [...attempts].reverse();
  return (
    <ol className="jobs-attempts">
      {newestFirst.map((attempt, index) => (
        <One key={`${attempt.number}-${attempt.started_at}-${index}`} attempt={attempt} />
      ))}
    </ol>
  );
}
