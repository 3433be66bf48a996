// The models: what each is, whether it takes photos, and a place to drop a new one.
import './style.css';

import { useState } from 'react';

import { useApi } from '../../api/hooks';
import { useCan } from '../../api/session';
import { Link, navigate } from '../../app/router';
import { Button, Chip, ErrorNotice, Notice, Page, Table } from '../../ui';
import { AddModel } from './AddModel';
import { DropZone } from './DropZone';
import { addressOf, stateSigns, useWords } from './words';

export default function ModelsPage() {
  const t = useWords();
  const can = useCan();
  const models = useApi('/api/v1/models');
  const [adding, setAdding] = useState<readonly File[] | null>(null);
  const mayAdd = can('models');
  const elsewhere = models.data?.elsewhere ?? [];
  return (
    <>
      <Page
        title={t('title')}
        lead={t('lead')}
        actions={
          mayAdd && (
            <Button kind="primary" icon="plus" onClick={() => setAdding([])}>
              {t('add')}
            </Button>
          )
        }
      >
        {models.error && !models.data && <ErrorNotice error={models.error} onRetry={() => void models.refetch()} />}
        <Table
          caption={t('title')}
          rows={models.data?.items}
          skeletons={3}
          keyOf={(model) => model.name}
          onOpen={(model) => navigate(addressOf(model.name))}
          columns={[
            {
              key: 'name',
              title: t('name'),
              cell: (model) => (
                <div>
                  <span className="line">
                    <Link to={addressOf(model.name)}>{model.name}</Link>
                    {model.default && (
                      <Chip tone="blue" title={t('default.hint')}>
                        {t('default')}
                      </Chip>
                    )}
                  </span>
                  {model.title !== model.name && <span className="soft small">{model.title}</span>}
                </div>
              ),
            },
            {
              key: 'state',
              title: t('state'),
              cell: (model) => (
                <div>
                  <Chip tone={stateSigns[model.state][0]} sign={stateSigns[model.state][1]}>
                    {t(`state.${model.state}`)}
                  </Chip>
                  {model.problem && <p className="models-problem small soft">{model.problem}</p>}
                </div>
              ),
            },
            { key: 'version', title: t('version'), className: 'wide-only', cell: (model) => <span className="mono">{model.version ?? '–'}</span> },
            { key: 'family', title: t('family'), className: 'wide-only', cell: (model) => (model.family ? <span>{model.family} <span className="soft">{model.task}</span></span> : <span className="soft">{t(`engine.${model.engine}`)}</span>) },
            { key: 'labels', title: t('labels'), end: true, className: 'wide-only', cell: (model) => (model.labels ? model.labels : <span className="soft">–</span>) },
            {
              key: 'licence',
              title: t('licence'),
              className: 'wide-only',
              cell: (model) => (
                <span className="line">
                  {model.licence ?? <span className="soft">{t('licence.unknown')}</span>}
                  {model.warnings.length > 0 && (
                    <Chip tone="amber" sign="!" title={model.warnings.join('\n')}>
                      {t('warning')}
                    </Chip>
                  )}
                </span>
              ),
            },
          ]}
        />
        {mayAdd && <p className="soft small models-hint">{t('drop.text')}</p>}
        {elsewhere.length > 0 && <Notice>{t('elsewhere', { names: elsewhere.join(', ') })}</Notice>}
      </Page>
      {mayAdd && !adding && <DropZone onDrop={setAdding} />}
      {adding && <AddModel dropped={adding} onClose={() => setAdding(null)} />}
    </>
  );
}
