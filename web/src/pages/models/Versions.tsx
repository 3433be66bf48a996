import { useState } from 'react';

import { call } from '../../api/client';
import { useChange } from '../../api/hooks';
import { useCan } from '../../api/session';
import { ActDialog, Bytes, Button, Chip, Section, Table, Time, toast, toastError } from '../../ui';
import { useWords, versionSigns } from './words';
import type { ModelDetails, ModelVersion } from './words';

// All versions that are kept, and the ways forward and back between them.
export function Versions({ model }: { model: ModelDetails }) {
  const t = useWords();
  const can = useCan();
  const [removing, setRemoving] = useState<ModelVersion | null>(null);
  const activate = useChange(
    (version: string) => call('post', '/api/v1/models/{name}/activate', { path: { name: model.name }, body: { version } }),
    '/api/v1/models',
    '/api/v1/status',
  );
  const before = model.version;
  const run = (version: string) =>
    activate.mutate(version, {
      onSuccess: () => toast(t('activated', { name: model.name, version }), before ? { undo: () => void activate.mutateAsync(before).catch(toastError) } : {}),
      onError: toastError,
    });
  const current = model.versions.find((each) => each.state === 'current');
  const isOlder = (version: ModelVersion) => current !== undefined && version.added_at < current.added_at;
  return (
    <Section title={t('versions')} lead={t('versions.lead')} flush>
      <Table
        caption={t('versions')}
        rows={model.versions}
        keyOf={(version) => version.version}
        columns={[
          { key: 'version', title: t('version'), cell: (version) => <span className="mono">{version.version}</span> },
          {
            key: 'state',
            title: t('state'),
            cell: (version) => (
              <div>
                <Chip tone={versionSigns[version.state][0]} sign={versionSigns[version.state][1]}>
                  {t(`version.${version.state}`)}
                </Chip>
                {version.error && version.candidates.length === 0 && <p className="models-problem small soft">{version.error.message}</p>}
              </div>
            ),
          },
          { key: 'added', title: t('version.added'), className: 'wide-only', cell: (version) => <span><Time at={version.added_at} /> <span className="soft">{version.added_by === 'system' ? t('version.folder') : t('version.by', { who: version.added_by })}</span></span> },
          { key: 'size', title: t('file.model'), end: true, className: 'wide-only', cell: (version) => <Bytes count={version.bytes} /> },
          ...(can('models')
            ? [
                {
                  key: 'act',
                  title: t('activate'),
                  hidden: true,
                  end: true,
                  cell: (version: ModelVersion) => (
                    <span className="row-actions">
                      {version.state !== 'current' && version.candidates.length === 0 && version.state !== 'refused' && (
                        <Button busy={activate.isPending && activate.variables === version.version} onClick={() => run(version.version)}>
                          {t(isOlder(version) ? 'rollback' : 'activate')}
                        </Button>
                      )}
                      {version.state !== 'current' && <Button kind="quiet" icon="trash" aria-label={t('remove.version')} onClick={() => setRemoving(version)} />}
                    </span>
                  ),
                },
              ]
            : []),
        ]}
      />
      <p className="soft small" aria-live="polite">
        {activate.isPending ? t('activating') : ''}
      </p>
      {removing && <RemoveVersion name={model.name} version={removing.version} onClose={() => setRemoving(null)} />}
    </Section>
  );
}

function RemoveVersion({ name, version, onClose }: { name: string; version: string; onClose: () => void }) {
  const t = useWords();
  const remove = useChange(() => call('delete', '/api/v1/models/{name}/versions/{version}', { path: { name, version } }), '/api/v1/models');
  return (
    <ActDialog
      title={t('remove.version.title', { version })}
      confirm={t('remove.version')}
      danger
      onClose={onClose}
      onConfirm={async () => {
        await remove.mutateAsync();
        toast(t('removed.version', { version }));
      }}
    >
      <p>{t('remove.version.text')}</p>
    </ActDialog>
  );
}
