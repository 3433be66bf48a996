// One model: what it is, how its file is read and why, its versions, and what runs of it.
import './style.css';

import { useState } from 'react';

import { call } from '../../api/client';
import { useApi, useChange } from '../../api/hooks';
import { useCan } from '../../api/session';
import { navigate } from '../../app/router';
import type { PageProps } from '../../app/routes';
import { ActDialog, Back, Button, Chip, ErrorNotice, Facts, Notice, Page, Section, Skeleton, Switch, toast } from '../../ui';
import { AddModel } from './AddModel';
import { ChooseDialog } from './ChooseDialog';
import { DropZone } from './DropZone';
import { Evidence } from './Evidence';
import { Versions } from './Versions';
import { stateSigns, useWords } from './words';
import type { ModelDetails } from './words';

const mostLabels = 40;

export default function ModelPage({ params }: PageProps) {
  const t = useWords();
  const can = useCan();
  const name = params.name!;
  const found = useApi('/api/v1/models/{name}', { path: { name } });
  const [adding, setAdding] = useState<readonly File[] | null>(null);
  const [removing, setRemoving] = useState(false);
  const model = found.data?.model;
  const isOwn = model !== undefined && (model.engine === 'onnx' || model.engine === 'http');
  const may = can('models') && isOwn;
  // The current version is what counts; where there is none, the newest says what is wrong.
  const shown = model && (model.versions.find((each) => each.state === 'current') ?? model.versions[0]);
  return (
    <>
      <Page
        title={model && model.title !== name ? `${name} · ${model.title}` : name}
        actions={
          may && (
            <>
              {!model.default && (
                <Button icon="trash" onClick={() => setRemoving(true)}>
                  {t('remove')}
                </Button>
              )}
              <Button kind="primary" icon="upload" onClick={() => setAdding([])}>
                {t('add.version')}
              </Button>
            </>
          )
        }
      >
        <Back to="/models">{t('title')}</Back>
        {found.error && !model && <ErrorNotice error={found.error} onRetry={() => void found.refetch()} />}
        {!model && !found.error && <Skeleton height="14rem" />}
        {model && (
          <>
            {model.problem && <Problem model={model} />}
            {model.warnings.map((warning) => (
              <Notice key={warning} tone="amber" title={t('warning')}>
                {warning}
              </Notice>
            ))}
            <Overview model={model} />
            {can('watch') && <Running model={model} />}
            {!isOwn && <Notice>{t('built-in')}</Notice>}
            {isOwn && <Versions model={model} />}
            {shown?.report && <Evidence report={shown.report} />}
            {shown?.report && shown.report.labels.length > 0 && <Labels labels={shown.report.labels} />}
          </>
        )}
      </Page>
      {may && !adding && <DropZone onDrop={setAdding} />}
      {may && adding && <AddModel dropped={adding} fixedName={name} onClose={() => setAdding(null)} />}
      {model && removing && <RemoveModel model={model} onClose={() => setRemoving(false)} />}
    </>
  );
}

// Why none of it, or why the newest version, cannot be used; a choice where there is one.
function Problem({ model }: { model: ModelDetails }) {
  const t = useWords();
  const can = useCan();
  const [choosing, setChoosing] = useState(false);
  const open = model.versions.find((each) => each.candidates.length > 0);
  return (
    <>
      <Notice
        tone={open || model.state !== 'refused' ? 'amber' : 'red'}
        title={open ? t('choose.title') : t('refused.title')}
        actions={open && can('models') && <Button onClick={() => setChoosing(true)}>{t('choose.open')}</Button>}
      >
        <p>{model.problem}</p>
      </Notice>
      {open && choosing && <ChooseDialog name={model.name} version={open} onClose={() => setChoosing(false)} />}
    </>
  );
}

function Overview({ model }: { model: ModelDetails }) {
  const t = useWords();
  const service = model.versions.find((each) => each.state === 'current')?.given.service;
  const [tone, sign] = stateSigns[model.state];
  return (
    <div className="card card-body">
      <Facts
        of={[
          [
            t('state'),
            <span className="line" key="state">
              <Chip tone={tone} sign={sign}>
                {t(`state.${model.state}`)}
              </Chip>
              {model.default && (
                <Chip tone="blue" title={t('default.hint')}>
                  {t('default')}
                </Chip>
              )}
            </span>,
          ],
          [t('version'), model.version && <span className="mono" key="version">{model.version}</span>],
          [t('engine'), t(`engine.${model.engine}`)],
          [t('family'), model.family && `${model.family} · ${model.task ?? ''}`],
          [t('labels'), model.labels > 0 && t('labels.count', { count: model.labels })],
          [t('licence'), model.engine !== 'null' && (model.licence ?? <span className="soft">{t('licence.unknown')}</span>)],
          [
            t('service'),
            service && (
              <span className="line" key="service">
                <span className="mono">{service.url}</span>
                <span className="soft">{t('service.limits', { seconds: service.timeout_seconds, concurrency: service.concurrency })}</span>
              </span>
            ),
          ],
        ]}
      />
    </div>
  );
}

// The processes of this model; while a swap drains, two versions.
function Running({ model }: { model: ModelDetails }) {
  const t = useWords();
  const status = useApi(
    '/api/v1/status',
    {},
    { refetchInterval: (query) => ((query.state.data?.runners ?? []).some((runner) => runner.model === model.name && runner.version !== model.version) ? 1000 : 15_000) },
  );
  const runners = status.data?.runners?.filter((runner) => runner.model === model.name);
  if (!runners || model.engine === 'http' || model.engine === 'null') return null;
  return (
    <Section title={t('runs')}>
      {runners.length === 0 ? (
        <p className="soft">{t('runs.none')}</p>
      ) : (
        <ul className="stack">
          {runners.map((runner) => (
            <li key={runner.pid} className="line">
              <Chip tone={runner.problem ? 'red' : runner.version === model.version ? 'green' : 'amber'} sign={runner.version === model.version ? '●' : '⏳'}>
                {t(runner.version === model.version ? 'runs.current' : 'runs.draining')}
              </Chip>
              <span className="mono">{runner.version}</span>
              <span className="soft small">
                pid {runner.pid} · {runner.sandbox}
              </span>
              {runner.problem && <span>{runner.problem}</span>}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function Labels({ labels }: { labels: readonly string[] }) {
  const t = useWords();
  const [all, setAll] = useState(false);
  const shown = all ? labels : labels.slice(0, mostLabels);
  return (
    <Section title={t('labels.title', { count: labels.length })}>
      <ol className="models-labels">
        {shown.map((label, index) => (
          <li key={index}>
            <span className="soft number">{index}</span> {label}
          </li>
        ))}
      </ol>
      {shown.length < labels.length && <Button kind="quiet" onClick={() => setAll(true)}>{t('labels.all', { count: labels.length })}</Button>}
    </Section>
  );
}

function RemoveModel({ model, onClose }: { model: ModelDetails; onClose: () => void }) {
  const t = useWords();
  const [force, setForce] = useState(false);
  const remove = useChange(() => call('delete', '/api/v1/models/{name}', { path: { name: model.name }, query: { force } }), '/api/v1/models', '/api/v1/status');
  return (
    <ActDialog
      title={t('remove.title', { name: model.name })}
      confirm={t('remove')}
      danger
      onClose={onClose}
      onConfirm={async () => {
        await remove.mutateAsync();
        toast(t('removed', { name: model.name }));
        navigate('/models', { replace: true });
      }}
    >
      <p>{t('remove.text', { count: model.versions.length })}</p>
      <Switch label={t('remove.force')} checked={force} onChange={setForce} />
    </ActDialog>
  );
}
