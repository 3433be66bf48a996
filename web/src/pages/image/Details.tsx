// What is known of the photo and of how it was looked at.
import type { ReactNode } from 'react';

import type { Schemas } from '../../api/client';
import { useFormat } from '../../i18n';
import { Bytes, Duration, Facts, Time, When } from '../../ui';
import { useImageWords } from './words';

type Image = Schemas['Image'];

export function Details({ image }: { image: Image }) {
  const t = useImageWords();
  const format = useFormat();
  const result = image.result;
  const info = result?.image_info;
  const [width, height] = image.stored_size as [number, number];
  const rows: [string, ReactNode][] = [
    [t('detail.uploaded'), <Time key="t" at={image.created_at} />],
    [t('detail.owner'), image.uploaded_by],
    [t('detail.file'), <span key="f">{image.format} · {t('size', { width, height })} · <Bytes count={image.bytes} /></span>],
  ];
  if (info?.orientation && info.orientation !== 1) rows.push([t('detail.orientation'), t('detail.orientation.of', { value: info.orientation })]);
  if (info?.frames && info.frames > 1) rows.push([t('detail.frames'), format.number(info.frames)]);
  if (info?.truncated) rows.push([t('detail.truncated'), t('detail.truncated.yes')]);
  rows.push([t('model'), result ? `${result.model.name ?? ''} · ${result.model.version ?? ''}` : image.model]);
  if (result) rows.push([t('detail.time'), <Duration key="d" seconds={result.processing_time} />]);
  rows.push([t('detail.priority'), format.number(image.priority)]);
  if (image.expires_at) rows.push([t('detail.expires'), <When key="e" at={image.expires_at} />]);
  if (image.external_id) rows.push([t('detail.external'), image.external_id]);
  if (image.batch_id) rows.push([t('detail.batch'), <span key="b" className="mono">{image.batch_id}</span>]);
  if (Object.keys(image.metadata).length) rows.push([t('detail.metadata'), <code key="m">{JSON.stringify(image.metadata)}</code>]);
  rows.push(['SHA-256', <span key="s" className="mono image-hash">{image.sha256}</span>]);
  return (
    <section className="card card-body image-card" aria-labelledby="image-details">
      <h2 id="image-details">{t('details')}</h2>
      <Facts of={rows} />
    </section>
  );
}
