// The first tour: three steps, which end with a photo that was processed.
import { useRef, useState } from 'react';

import './style.css';

import sample from '../../../../examples/sample.jpg';
import { send } from '../../api/client';
import type { Schemas } from '../../api/client';
import { useApi } from '../../api/hooks';
import { Link, navigate, useQueryString } from '../../app/router';
import { toured } from '../../app/toured';
import { useFormat } from '../../i18n';
import { CauseNotice } from '../../jobs/cause';
import { Button, ErrorNotice, Icon, Page, Progress } from '../../ui';
import { useWelcomeWords } from './words';

type Step = 0 | 1 | 2;
const steps = ['step.send', 'step.watch', 'step.result'] as const;

function Steps({ at }: { at: Step }) {
  const t = useWelcomeWords();
  return (
    <ol className="welcome-steps" aria-label={t('steps')}>
      {steps.map((step, index) => (
        <li key={step} data-done={index < at || undefined} aria-current={index === at ? 'step' : undefined}>
          <span className="welcome-number">{index < at ? <Icon name="check" size={14} /> : index + 1}</span>
          {t(step)}
        </li>
      ))}
    </ol>
  );
}

function Send({ onSent }: { onSent: (id: number) => void }) {
  const t = useWelcomeWords();
  const input = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const upload = async (file: () => Promise<File>) => {
    setBusy(true);
    setError(null);
    try {
      const form = new FormData();
      form.set('file', await file());
      const answer = (await (await send('POST', '/api/v1/images', { body: form })).json()) as { image: Schemas['Image'] };
      onSent(answer.image.id);
    } catch (cause) {
      setError(cause);
      setBusy(false);
    }
  };
  return (
    <>
      <p>{t('send.text')}</p>
      {error !== null && <ErrorNotice error={error} />}
      <div className="welcome-actions">
        <Button kind="primary" busy={busy} onClick={() => void upload(async () => new File([await (await fetch(sample)).blob()], 'sample.jpg', { type: 'image/jpeg' }))}>
          {t('send.sample')}
        </Button>
        <Button disabled={busy} onClick={() => input.current?.click()}>
          {t('send.own')}
        </Button>
      </div>
      <input
        ref={input}
        type="file"
        hidden
        accept="image/*"
        aria-label={t('send.own')}
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file) void upload(() => Promise.resolve(file));
        }}
      />
    </>
  );
}

function Watch({ image }: { image: Schemas['Image'] }) {
  const t = useWelcomeWords();
  const words = t(image.status === 'processing' ? 'watch.processing' : 'watch.pending');
  return (
    <>
      <img className="welcome-photo" src={image.preview_url} alt="" />
      <p role="status">
        <b>{words}</b>
      </p>
      <Progress value={null} label={words} />
      <p className="soft">{t('watch.text')}</p>
    </>
  );
}

function Result({ image, onAgain }: { image: Schemas['Image']; onAgain: () => void }) {
  const t = useWelcomeWords();
  const format = useFormat();
  if (image.status !== 'completed' || !image.result) {
    return (
      <>
        <h2>{t('failed.title')}</h2>
        {image.error_code && <CauseNotice code={image.error_code} message={image.error_message} />}
        <p className="soft">{t('failed.text')}</p>
        <div className="welcome-actions">
          <Button kind="primary" onClick={onAgain}>
            {t('failed.again')}
          </Button>
          <Link className="button" to={`/images/${image.id}`}>
            {t('result.open')}
          </Link>
        </div>
      </>
    );
  }
  const count = image.result.result.detected_objects.length;
  return (
    <>
      <img className="welcome-photo" src={image.overlay_url ?? image.preview_url} alt={t('result.alt')} />
      <h2 role="status">{t('result.title', { count })}</h2>
      <p>{t('result.text', { time: format.duration(image.result.processing_time) })}</p>
      {count === 0 && image.model === 'demo' && <p className="soft">{t('result.nothing')}</p>}
      <div className="welcome-actions">
        <Link className="button" data-kind="primary" to={`/images/${image.id}`}>
          {t('result.open')}
        </Link>
        <Link className="button" to="/upload">
          {t('result.more')}
        </Link>
        <a className="button" data-kind="quiet" href="/docs" target="_blank" rel="noreferrer">
          {t('result.api')}
        </a>
      </div>
    </>
  );
}

const isFinal = (status: string) => status !== 'pending' && status !== 'processing';

export default function WelcomePage() {
  const t = useWelcomeWords();
  const [search, change] = useQueryString();
  const id = Number(search.get('photo')) || null;
  const found = useApi('/api/v1/images/{id}', { path: { id: id ?? 0 } }, { enabled: id !== null });
  const image = id !== null ? found.data?.image : undefined;
  const at: Step = id === null ? 0 : image && isFinal(image.status) ? 2 : 1;
  const leave = () => {
    toured.set(true);
    navigate('/images');
  };
  return (
    <Page
      title={t('title')}
      lead={t('lead')}
      actions={
        at < 2 && (
          <Button kind="quiet" onClick={leave}>
            {t('skip')}
          </Button>
        )
      }
    >
      <Steps at={at} />
      <section className="card welcome-card">
        {found.error && <ErrorNotice error={found.error} onRetry={() => void found.refetch()} />}
        {at === 0 && (
          <Send
            onSent={(sent) => {
              toured.set(true);
              change({ photo: String(sent) });
            }}
          />
        )}
        {at === 1 && image && <Watch image={image} />}
        {at === 2 && image && <Result image={image} onAgain={() => change({ photo: null })} />}
      </section>
    </Page>
  );
}
