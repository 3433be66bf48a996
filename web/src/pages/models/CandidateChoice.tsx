import { useId } from 'react';

import { useWords } from './words';
import type { Candidate } from './words';

// The ways in which a file can be read, each with what speaks for it.
export function CandidateChoice({ candidates, picked, onPick }: { candidates: readonly Candidate[]; picked: number; onPick: (index: number) => void }) {
  const t = useWords();
  const group = useId();
  return (
    <fieldset className="choices">
      <legend>{t('family')}</legend>
      {candidates.map((candidate, index) => (
        <label className="choice" key={`${candidate.family} ${candidate.task}`}>
          <input type="radio" name={group} checked={picked === index} onChange={() => onPick(index)} />
          <span className="name">
            {candidate.family} <span className="soft">{candidate.task}</span>
          </span>
          <span className="what">{candidate.because}</span>
        </label>
      ))}
    </fieldset>
  );
}
