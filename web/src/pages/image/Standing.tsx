// Where the photo stands: why it waits and how long still, or why it failed and what to do.
import { useLayoutEffect, useRef } from 'react';
import type { ReactNode } from 'react';

import type { Schemas } from '../../api/client';
import { CauseNotice } from '../../jobs/cause';
import { usePlace, usePlaceSentences } from '../../jobs/place';
import { Notice } from '../../ui';
import { useImageWords } from './words';

type Image = Schemas['Image'];

function Waiting({ image, queue }: { image: Image; queue: string }) {
  const t = useImageWords();
  const place = usePlace(image.job_id, true);
  const running = image.attempts.find((attempt) => attempt.finished_at === null);
  const sentences = usePlaceSentences(place.data?.place, { ...image, queue, worker: running?.worker ?? null });
  const [first, ...rest] = sentences;
  return (
    <Notice tone="blue" title={image.status === 'processing' ? t('standing.running') : t('standing.waiting')}>
      <div className="image-waiting" aria-live="polite">
        <p>{first ?? '…'}</p>
        {rest.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
        {image.result && <p className="soft small">{t('standing.old')}</p>}
      </div>
    </Notice>
  );
}

function standing(image: Image, queue: string): ReactNode {
  if (image.status === 'pending' || image.status === 'processing') {
    return (
      <>
        {image.error_code && <CauseNotice code={image.error_code} message={image.error_message} tone="amber" />}
        <Waiting image={image} queue={queue} />
      </>
    );
  }
  if (image.status === 'failed' && image.error_code) return <CauseNotice code={image.error_code} message={image.error_message} />;
  return null;
}

// What stood here while the reader looked leaves its room, so that the photo below does not jump.
export function Standing({ image, queue }: { image: Image; queue: string }) {
  const t = useImageWords();
  const box = useRef<HTMLDivElement>(null);
  const left = useRef({ id: image.id, height: 0 });
  if (left.current.id !== image.id) left.current = { id: image.id, height: 0 };
  const shown = standing(image, queue);
  useLayoutEffect(() => {
    if (box.current) left.current.height = box.current.offsetHeight;
  });
  if (!shown && !left.current.height) return null;
  return (
    <div ref={box} style={{ minHeight: left.current.height || undefined }}>
      {shown ?? <Notice title={t(image.status === 'completed' ? 'standing.done' : 'standing.over')} />}
    </div>
  );
}
