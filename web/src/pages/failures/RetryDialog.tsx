// Runs all that failed of one cause again, after the server has counted them; the reason is kept with each event.
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { call } from '../../api/client';
import type { Schemas } from '../../api/client';
import { touch } from '../../api/hooks';
import { useCause } from '../../jobs/cause';
import { ReasonField, withReason } from '../../jobs/fields';
import { PreviewDialog, toast } from '../../ui';
import type { Group } from './groups';
import { useFailureWords } from './words';

export function RetryDialog({ group, onClose }: { group: Group; onClose: () => void }) {
  const t = useFailureWords();
  const client = useQueryClient();
  const cause = useCause()(group.error_code);
  const [reason, setReason] = useState('');
  const order = (dry_run: boolean): Schemas['JobOrder'] => ({ action: 'retry', filter: group.filter!, ...(dry_run ? {} : withReason(reason)), dry_run });
  const act = (dry: boolean) => call('post', '/api/v1/jobs/actions', { body: order(dry) });
  const run = async () => {
    const done = await act(false);
    toast(t('retried', { count: done.changed }));
    void touch(client, '/api/v1/failures', '/api/v1/jobs', '/api/v1/images', '/api/v1/queues');
  };
  return (
    <PreviewDialog
      title={t('retry.title', { cause: cause.title })}
      preview={() => act(true)}
      previewKey={['retry', group.filter]}
      describe={({ matched, changed }) => (
        <>
          <p>{t('retry.will', { count: changed })}</p>
          {matched > changed && <p className="soft small">{t('retry.left', { count: matched - changed })}</p>}
        </>
      )}
      confirm={({ changed }) => t('retry', { count: changed })}
      onConfirm={run}
      onClose={onClose}
    >
      <p className="soft">{cause.advice}</p>
      <ReasonField value={reason} onChange={setReason} />
    </PreviewDialog>
  );
}
