import { useState } from 'react';

import { call } from '../../api/client';
import { useChange } from '../../api/hooks';
import { dayEnd, dayStart } from '../../i18n/days';
import { DateSpan, Field, PreviewDialog, toast } from '../../ui';
import { states, useWords } from '../../webhooks/words';
import type { DeliveryState, Endpoint } from '../../webhooks/words';
import { ReceiverField } from './parts';

interface ReplayProps {
  endpoint: string;
  from: string;
  to: string;
  state: string;
  endpoints: ReadonlyMap<string, Endpoint>;
  onClose: () => void;
}

// Sends again whatever meets the conditions; a dry run counts it before.
export function Replay({ endpoint: asked, from: askedFrom, to: askedTo, state: askedState, endpoints, onClose }: ReplayProps) {
  const t = useWords();
  const [state, setState] = useState<DeliveryState>(askedState === 'delivered' ? 'delivered' : 'dead');
  const [endpoint, setEndpoint] = useState(asked);
  const [from, setFrom] = useState(askedFrom);
  const [to, setTo] = useState(askedTo);
  const conditions = {
    state,
    ...(endpoint ? { endpoint } : {}),
    ...(from ? { created_from: dayStart(from) } : {}),
    ...(to ? { created_before: dayEnd(to) } : {}),
  };
  const replay = useChange(() => call('post', '/api/v1/deliveries/replay', { body: conditions }), '/api/v1/deliveries');
  return (
    <PreviewDialog
      title={t('replay.title')}
      previewKey={['deliveries', conditions]}
      preview={() => call('post', '/api/v1/deliveries/replay', { body: { ...conditions, dry_run: true } })}
      describe={({ matched, changed }) => t('replay.text', { changed, left: matched - changed })}
      confirm={({ changed }) => t('replay.confirm', { count: changed })}
      onConfirm={async () => toast(t('replay.done', { count: (await replay.mutateAsync()).changed }))}
      onClose={onClose}
    >
      <div className="two">
        <Field label={t('replay.state')}>
          <select value={state} onChange={(event) => setState(event.target.value as DeliveryState)}>
            {states
              .filter((each) => each === 'dead' || each === 'delivered')
              .map((each) => (
                <option key={each} value={each}>
                  {t(`delivery.${each}`)}
                </option>
              ))}
          </select>
        </Field>
        <ReceiverField endpoints={endpoints} value={endpoint} onChange={setEndpoint} />
        <DateSpan from={from} to={to} onFrom={setFrom} onTo={setTo} />
      </div>
    </PreviewDialog>
  );
}
