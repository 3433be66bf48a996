import { memo } from 'react';

import { ApiError } from '../../api/client';
import { Link } from '../../app/router';
import { useFormat } from '../../i18n';
import { Button, Chip, Progress, StateChip, explain } from '../../ui';
import { engine } from '../../uploads/engine';
import { Preview } from '../../uploads/Preview';
import type { Upload } from '../../uploads/types';
import { useUploadWords } from '../../uploads/words';

function State({ upload }: { upload: Upload }) {
  const t = useUploadWords();
  switch (upload.state) {
    case 'sent':
      return <StateChip of={{ status: upload.status ?? 'pending' }} />;
    case 'refused':
      return (
        <Chip tone="red" sign="❌">
          {t('state.refused')}
        </Chip>
      );
    case 'duplicate':
      return <Chip sign="📎">{t('state.duplicate')}</Chip>;
    case 'again':
      return <Chip tone="amber">{t('state.again')}</Chip>;
    case 'sending':
    case 'waiting':
      return <span className="soft small">{t(`state.${upload.state}`)}</span>;
  }
}

function Why({ error }: { error: NonNullable<Upload['error']> }) {
  const t = useUploadWords();
  const { title, detail, advice } = explain(new ApiError(error.code, error.status, error.title, error.detail));
  return (
    <p className="upload-why small" title={detail || undefined}>
      {advice ? t('why', { title, advice }) : title}
    </p>
  );
}

// One photo on its way.
export const Row = memo(function Row({ upload }: { upload: Upload }) {
  const t = useUploadWords();
  const format = useFormat();
  const sending = upload.state === 'sending';
  return (
    <li className="upload-row" data-state={upload.state}>
      <Preview id={upload.id} image={upload.image} />
      <div className="upload-row-text">
        <p className="cut" title={upload.path}>
          {upload.image !== null && upload.state === 'sent' ? <Link to={`/images/${upload.image}`}>{upload.name}</Link> : upload.name}
        </p>
        <p className="soft small number">
          {sending && upload.speed > 0 ? t('size.speed', { size: format.bytes(upload.size), speed: format.bytes(upload.speed) }) : format.bytes(upload.size)}
        </p>
        {upload.state === 'refused' && upload.error && <Why error={upload.error} />}
      </div>
      <div className="upload-row-state">
        {sending ? <Progress value={upload.size ? upload.sent / upload.size : 0} label={upload.name} /> : <State upload={upload} />}
      </div>
      <div className="upload-row-actions">
        {upload.state === 'refused' && <Button kind="quiet" icon="retry" aria-label={t('retry.one', { name: upload.name })} onClick={() => engine.retry([upload.id])} />}
        {upload.state === 'duplicate' && (
          <>
            {upload.image !== null && (
              <Link className="button" data-kind="quiet" to={`/images/${upload.image}`}>
                {t('open.earlier')}
              </Link>
            )}
            <Button kind="quiet" onClick={() => engine.retry([upload.id])}>
              {t('send.anyway')}
            </Button>
          </>
        )}
        <Button kind="quiet" icon="close" aria-label={t('remove', { name: upload.name })} onClick={() => engine.remove([upload.id])} />
      </div>
    </li>
  );
});
