// Uploads: what is on its way, and what became of it.
import { useCallback, useMemo, useRef, useState } from 'react';

import './style.css';

import { useApi } from '../../api/hooks';
import { useCan } from '../../api/session';
import { Link } from '../../app/router';
import { useFormat } from '../../i18n';
import { Button, Field, Icon, Notice, Page, toast } from '../../ui';
import { engine } from '../../uploads/engine';
import { fromInput, sortFiles } from '../../uploads/files';
import type { Found } from '../../uploads/files';
import { canCompare } from '../../uploads/hash';
import { useUploads } from '../../uploads/hooks';
import { useOffered } from '../../uploads/offered';
import { useUploadWords } from '../../uploads/words';
import { Overall } from './Overall';
import { Row } from './Row';

interface Options {
  model: string;
  priority: string;
}

function OptionFields({ options, onChange }: { options: Options; onChange: (options: Options) => void }) {
  const t = useUploadWords();
  const models = useApi('/api/v1/models', {}, { staleTime: 60_000 });
  const byDefault = models.data?.items.find((model) => model.default)?.name ?? '…';
  return (
    <fieldset className="upload-options">
      <legend className="soft small">{t('options')}</legend>
      <Field label={t('model')}>
        <select value={options.model} onChange={(event) => onChange({ ...options, model: event.target.value })}>
          <option value="">{t('model.default', { name: byDefault })}</option>
          {models.data?.items
            .filter((model) => model.state === 'active' && !model.default)
            .map((model) => (
              <option key={model.name} value={model.name}>
                {model.title || model.name}
              </option>
            ))}
        </select>
      </Field>
      <Field label={t('priority')} hint={t('priority.hint')}>
        <input type="number" min={-100} max={100} step={1} value={options.priority} onChange={(event) => onChange({ ...options, priority: event.target.value })} />
      </Field>
    </fieldset>
  );
}

export default function UploadPage() {
  const t = useUploadWords();
  const format = useFormat();
  const can = useCan();
  const { uploads, paused, online, speed, durable } = useUploads();
  const [options, setOptions] = useState<Options>({ model: '', priority: '0' });
  const photos = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);

  const take = useCallback(
    (found: Found[]) => {
      const { photos: good, others } = sortFiles(found);
      if (!good.length) return toast(t('none'));
      if (others) toast(t('others', { count: others }));
      const priority = Math.max(-100, Math.min(100, Math.trunc(Number(options.priority) || 0)));
      void engine.add(good, { title: t('batch.title', { time: format.dateTime(new Date()), count: good.length }), model: options.model || null, priority });
    },
    [t, format, options],
  );
  useOffered(take);

  const newest = useMemo(() => [...uploads].reverse(), [uploads]);
  const lastBatch = newest[0] && engine.batchOf(newest[0])?.serverId;
  const empty = uploads.length === 0;
  const [roomy] = useState(empty); // until one comes back: what was dropped on does not shrink under the pointer

  return (
    <Page
      title={t('title')}
      actions={
        uploads.some((upload) => upload.state === 'sent') && (
          <Link className="button" to={lastBatch ? `/images?batch=${lastBatch}` : '/images'}>
            {t('see')}
          </Link>
        )
      }
    >
      <section className="upload-drop" data-empty={roomy || undefined}>
        <Icon name="upload" size={roomy ? 36 : 24} />
        <div className="upload-drop-text">
          <h2>{t('drop.title')}</h2>
          <p className="soft small">{t('drop.text')}</p>
        </div>
        <div className="upload-drop-actions">
          <Button kind="primary" onClick={() => photos.current?.click()}>
            {t('choose.photos')}
          </Button>
          <Button onClick={() => folder.current?.click()}>{t('choose.folder')}</Button>
        </div>
        <input
          ref={photos}
          type="file"
          hidden
          multiple
          accept="image/*,.heic,.heif,.avif"
          aria-label={t('choose.photos')}
          onChange={(event) => {
            take(fromInput(event.target.files));
            event.target.value = '';
          }}
        />
        <input
          ref={folder}
          type="file"
          hidden
          multiple
          aria-label={t('choose.folder')}
          {...{ webkitdirectory: '' }}
          onChange={(event) => {
            take(fromInput(event.target.files));
            event.target.value = '';
          }}
        />
      </section>
      {can('send') && <OptionFields options={options} onChange={setOptions} />}
      {!durable && <Notice tone="amber">{t('not.durable')}</Notice>}
      {!canCompare() && <Notice>{t('not.compared')}</Notice>}
      {!empty && (
        <>
          <Overall uploads={uploads} paused={paused} online={online} speed={speed} />
          <ul className="card" aria-label={t('list')}>
            {newest.map((upload) => (
              <Row key={upload.id} upload={upload} />
            ))}
          </ul>
        </>
      )}
    </Page>
  );
}
