// The queues: what each holds and how fast it moves, what runs, what waits and why, and the switches for all of it.
import { useState } from 'react';

import './style.css';
import '../../jobs/style.css';

import { useApi } from '../../api/hooks';
import { Link, useQueryString } from '../../app/router';
import { Empty, ErrorNotice, Page, Skeleton } from '../../ui';
import { Batches } from './Batches';
import { Charts } from './Charts';
import { LimitsDialog, PauseDialog } from './dialogs';
import { Line } from './Line';
import { hasJobs, QueueCard } from './QueueCard';
import type { Queue } from './QueueCard';
import { Running } from './Running';
import { Scheduled } from './Scheduled';
import { useQueueWords } from './words';

const usual = 'ai_processing'; // photos

export default function QueuesPage() {
  const t = useQueueWords();
  const [search, change] = useQueryString();
  const queues = useApi('/api/v1/queues', {}, { refetchInterval: 5000 });
  const [question, setQuestion] = useState<{ ask: 'pause' | 'limits'; queue: Queue } | null>(null);
  const items = queues.data?.items;
  const wanted = search.get('queue') ?? usual;
  const chosen = items?.find((queue) => queue.name === wanted) ?? items?.[0];
  return (
    <Page title={t('title')} actions={<Link className="button" to="/jobs">{t('all.jobs')}</Link>}>
      {queues.error && <ErrorNotice error={queues.error} onRetry={() => void queues.refetch()} />}
      <div className="queues-cards">
        {items
          ? [...items]
              .sort((a, b) => Number(b.name === usual) - Number(a.name === usual))
              .map((queue) => <QueueCard key={queue.name} queue={queue} chosen={queue === chosen} onChoose={() => change({ queue: queue.name })} onAsk={(ask) => setQuestion({ ask, queue })} />)
          : Array.from({ length: 3 }, (_, index) => <Skeleton key={index} height="9.5rem" />)}
      </div>
      {chosen && !hasJobs(chosen) && (
        <Empty icon="webhooks" title={t('deliveries.title')} actions={<Link className="button" to="/webhooks">{t('deliveries.show')}</Link>}>
          {t('deliveries.text')}
        </Empty>
      )}
      {chosen && hasJobs(chosen) && (
        <>
          <Charts queue={chosen.name} />
          <Running queue={chosen.name} />
          <Line key={chosen.name} queue={chosen} />
          {chosen.scheduled > 0 && <Scheduled queue={chosen.name} />}
          {chosen.name === usual && <Batches />}
        </>
      )}
      {question?.ask === 'pause' && <PauseDialog queue={question.queue} onClose={() => setQuestion(null)} />}
      {question?.ask === 'limits' && <LimitsDialog queue={question.queue} onClose={() => setQuestion(null)} />}
    </Page>
  );
}
