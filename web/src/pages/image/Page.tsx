// One photo's whole story.
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';

import './viewer.css';
import './style.css';
import '../../jobs/style.css';

import { call } from '../../api/client';
import { keyOf, useApi } from '../../api/hooks';
import { useCan } from '../../api/session';
import { Link, navigate, useQueryString } from '../../app/router';
import type { PageProps } from '../../app/routes';
import { chosenZone } from '../../i18n';
import { viewOf } from '../../images/filter';
import { Events } from '../../jobs/Events';
import { Button, Chip, Empty, ErrorNotice, Page, Skeleton, StateChip, Time } from '../../ui';
import { Actions } from './Actions';
import { Compare } from './Compare';
import { Deliveries } from './Deliveries';
import { Details } from './Details';
import { Finds } from './Finds';
import { foundIn } from './finds';
import { History } from './History';
import { ResultJson } from './Json';
import { useLooking } from './looking';
import { useNeighbours } from './neighbours';
import { useResults } from './results';
import { Standing } from './Standing';
import { Viewer } from './Viewer';
import { useImageWords } from './words';

const isTyping = (target: EventTarget | null) => target instanceof Element && target.closest('input:not([type="checkbox"]):not([type="range"]), textarea, select, dialog, [role="menu"]') !== null;

// j and k go through the list that one came from; what comes next is read before it is asked for.
function useWalk(previous: string | null, next: string | null, nextId: number | null): void {
  const client = useQueryClient();
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const to = event.key === 'j' ? next : event.key === 'k' ? previous : null;
      if (to) navigate(to, { replace: true });
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [previous, next]);
  useEffect(() => {
    if (nextId === null) return;
    const path = { id: nextId };
    void client.prefetchQuery({ queryKey: keyOf('/api/v1/images/{id}', { path }), queryFn: () => call('get', '/api/v1/images/{id}', { path }) });
    new Image().src = `/api/v1/images/${nextId}/preview`;
  }, [client, nextId]);
}

const Missing = ({ list }: { list: string }) => {
  const t = useImageWords();
  return (
    <Page title={t('photo')}>
      <Empty icon="images" title={t('missing.title')} actions={<Link className="button" to={list}>{t('to.list')}</Link>}>
        {t('missing.text')}
      </Empty>
    </Page>
  );
};

export default function ImagePage({ params }: PageProps) {
  const id = Number(params.id);
  const t = useImageWords();
  const can = useCan();
  const zone = chosenZone.use();
  const [search, changeAddress] = useQueryString();
  const view = useMemo(() => viewOf(search, zone), [search, zone]);
  const compared = search.get('compare');
  const behind = useMemo(() => {
    const kept = new URLSearchParams(search);
    kept.delete('compare');
    return kept.size ? `?${kept}` : '';
  }, [search]);
  const list = `/images${behind}`;

  const valid = Number.isInteger(id) && id > 0;
  const answer = useApi('/api/v1/images/{id}', { path: { id } }, { enabled: valid });
  const events = useApi('/api/v1/events', { query: { image: id, limit: 1000 } }, { enabled: valid });
  const image = answer.data?.image;
  const results = useResults(id, valid);
  const others = results.data?.items.filter((result) => !result.is_newest) ?? [];
  const queue = useApi('/api/v1/jobs/{id}', { path: { id: image?.job_id ?? '' } }, { enabled: image?.status === 'pending' || image?.status === 'processing' });
  const found = useMemo(() => (image?.result ? foundIn(image.result) : null), [image?.result]);
  const looking = useLooking(found);
  const [chosen, setChosen] = useState<number | null>(null);
  const jobs = useMemo(() => [...new Set(events.data?.items.map((event) => event.job_id).filter((job): job is string => job !== null))].reverse(), [events.data]);

  const neighbours = useNeighbours(image, view);
  const to = (neighbour: number | null) => (neighbour === null ? null : `/images/${neighbour}${behind}`);
  useWalk(to(neighbours.previous), to(neighbours.next), neighbours.next);

  if (!valid || answer.error?.status === 404) return <Missing list={list} />;
  if (!image) {
    return (
      <Page title={t('photo')}>
        {answer.error ? (
          <ErrorNotice error={answer.error} onRetry={() => void answer.refetch()} />
        ) : (
          <>
            <Skeleton width="20rem" height="1.5rem" />
            <div className="image-top">
              <div className="image-stage skeleton" />
              <Skeleton height="20rem" />
            </div>
          </>
        )}
      </Page>
    );
  }

  const walk = (to: string | null, word: 'previous' | 'next', icon: 'left' | 'right', key: string) => (
    <Button kind="quiet" icon={icon} disabled={to === null} aria-label={t(word)} title={`${t(word)} (${key})`} aria-keyshortcuts={key} onClick={() => to && navigate(to, { replace: true })} />
  );
  const own = image.result?.recipe?.confidence_threshold ?? null;
  return (
    <Page
      title={image.title}
      actions={
        <>
          <span className="image-walk">
            {walk(to(neighbours.previous), 'previous', 'left', 'k')}
            {walk(to(neighbours.next), 'next', 'right', 'j')}
          </span>
          <Actions image={image} jobs={Math.max(1, jobs.length)} list={list} />
        </>
      }
    >
      <div className="image-facts">
        <Link to={list}>{t('to.list')}</Link>
        <StateChip of={image} />
        {image.priority !== 0 && <Chip>{t('priority.chip', { priority: image.priority })}</Chip>}
        <span className="soft">{image.model}</span>
        <span className="soft">{image.uploaded_by}</span>
        <span className="soft">
          <Time at={image.created_at} />
        </span>
      </div>
      <Standing image={image} queue={queue.data?.job.queue ?? 'ai_processing'} />
      {compared && image.result && others.length > 0 ? (
        <Compare image={image} results={others} job={compared} looking={looking} onJob={(job) => changeAddress({ compare: job })} onClose={() => changeAddress({ compare: null })} />
      ) : (
      <div className="image-top">
        <Viewer image={image} found={found} looking={looking} onChoose={setChosen} onCompare={others.length && image.result ? () => changeAddress({ compare: others[0]!.job_id }) : null} />
        {found ? (
          <Finds found={found} looking={looking} chosen={chosen} own={own} />
        ) : (
          <section className="card image-finds" aria-labelledby="image-finds">
            <h2 id="image-finds">{t('finds')}</h2>
            <p className="soft">{t(image.status === 'failed' || image.status === 'cancelled' ? 'finds.failed' : 'finds.waiting')}</p>
          </section>
        )}
      </div>
      )}
      <div className="image-below">
        <div className="image-column">
          <History image={image} jobs={jobs} />
          {can('operate') && <Deliveries imageId={image.id} />}
          {image.result && <ResultJson result={image.result} name={image.title} />}
        </div>
        <div className="image-column">
          <Details image={image} />
          <section className="card card-body image-card" aria-labelledby="image-events">
            <h2 id="image-events">{t('events')}</h2>
            {events.error ? <ErrorNotice error={events.error} /> : <Events events={events.data?.items} />}
          </section>
        </div>
      </div>
    </Page>
  );
}
