// The list of images.
import { Link, navigate, useQueryString } from '../../app/router';
import { useApi } from '../../api/hooks';
import { useCan } from '../../api/session';
import { Empty, ErrorNotice, Page, Pager, StateChip, Table, Time } from '../../ui';
import { useWords } from './words';

export default function ImagesPage() {
  const t = useWords();
  const can = useCan();
  const [search, change] = useQueryString();
  const cursor = search.get('cursor');
  const images = useApi('/api/v1/images', { query: { limit: 50, ...(cursor ? { cursor } : {}) } });
  const upload = can('send') && (
    <Link className="button" data-kind="primary" to="/upload">
      {t('upload')}
    </Link>
  );
  return (
    <Page title={t('title')} actions={upload}>
      {images.error && !images.data && <ErrorNotice error={images.error} onRetry={() => void images.refetch()} />}
      <Table
        caption={t('title')}
        rows={images.data?.items}
        keyOf={(image) => image.id}
        onOpen={(image) => navigate(`/images/${image.id}`)}
        empty={
          <Empty icon="images" title={t('empty.title')} actions={upload}>
            {t('empty.text')}
          </Empty>
        }
        columns={[
          { key: 'title', title: t('column.title'), cell: (image) => <Link to={`/images/${image.id}`}>{image.title}</Link> },
          { key: 'status', title: t('column.status'), cell: (image) => <StateChip of={image} /> },
          { key: 'priority', title: t('column.priority'), end: true, cell: (image) => image.priority },
          { key: 'model', title: t('column.model'), cell: (image) => image.model },
          { key: 'uploader', title: t('column.uploader'), cell: (image) => image.uploaded_by },
          { key: 'time', title: t('column.time'), cell: (image) => <Time at={image.created_at} /> },
        ]}
      />
      <Pager cursor={cursor} next={images.data?.next_cursor} onGo={(next) => change({ cursor: next }, { push: true })} />
    </Page>
  );
}
