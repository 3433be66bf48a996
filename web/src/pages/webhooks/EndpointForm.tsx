import { useState } from 'react';

import { ApiError, call } from '../../api/client';
import { useChange } from '../../api/hooks';
import { navigate } from '../../app/router';
import { ActDialog, Field, SecretDialog, toast } from '../../ui';
import { events, useWords } from '../../webhooks/words';
import type { Endpoint, WebhookEvent } from '../../webhooks/words';

// Makes an endpoint, and shows its secret once; or changes one.
export function EndpointForm({ endpoint, onClose }: { endpoint?: Endpoint; onClose: () => void }) {
  const t = useWords();
  const [url, setUrl] = useState(endpoint?.url ?? '');
  const [description, setDescription] = useState(endpoint?.description ?? '');
  const [chosen, setChosen] = useState<readonly WebhookEvent[]>(endpoint?.events ?? []);
  const [refused, setRefused] = useState<unknown>(null);
  const [made, setMade] = useState<{ id: string; secret: string } | null>(null);
  const body = { url: url.trim(), description: description.trim(), events: [...chosen] };
  const save = useChange(
    async () => {
      if (endpoint) {
        await call('patch', '/api/v1/endpoints/{id}', { path: { id: endpoint.id }, body });
        return null;
      }
      const answer = await call('post', '/api/v1/endpoints', { body });
      return { id: answer.endpoint.id, secret: answer.secret };
    },
    '/api/v1/endpoints',
  );
  if (made) {
    const done = () => {
      onClose();
      navigate(`/webhooks/endpoints/${made.id}`);
    };
    return (
      <SecretDialog title={t('secret.title')} name={t('secret.name')} secret={made.secret} onClose={done}>
        <p className="soft">{t('secret.text')}</p>
      </SecretDialog>
    );
  }
  const urlFault = refused instanceof ApiError && refused.code === 'invalid_field' && /URL|host|port|address/i.test(refused.detail) ? refused.detail : null;
  const toggle = (event: WebhookEvent) => setChosen(chosen.includes(event) ? chosen.filter((each) => each !== event) : [...chosen, event]);
  return (
    <ActDialog
      title={t(endpoint ? 'endpoint.edit' : 'endpoint.new')}
      confirm={t(endpoint ? 'endpoint.edit' : 'create')}
      disabled={!url.trim()}
      onError={setRefused}
      hidesError={(error) => error === refused && urlFault !== null}
      onClose={onClose}
      onConfirm={async () => {
        setRefused(null);
        const answer = await save.mutateAsync();
        toast(t(answer ? 'created' : 'changed'));
        setMade(answer);
        return answer !== null;
      }}
    >
      <Field label={t('url')} hint={t('url.hint')} fault={urlFault}>
        <input type="url" value={url} onChange={(event) => setUrl(event.target.value)} placeholder="https://example.com/hooks/darkroom" required autoFocus spellCheck={false} />
      </Field>
      <Field label={t('description')}>
        <input value={description} onChange={(event) => setDescription(event.target.value)} maxLength={500} />
      </Field>
      <fieldset className="choices">
        <legend>{t('events')}</legend>
        {events.map((event) => (
          <label className="choice" key={event}>
            <input type="checkbox" checked={chosen.includes(event)} onChange={() => toggle(event)} />
            <span>
              {t(`event.${event}`)} <span className="mono soft">{event}</span>
            </span>
          </label>
        ))}
        <p className="soft small">{t('events.hint')}</p>
      </fieldset>
    </ActDialog>
  );
}
