// The list of images: find them, and act on some of them or on all that match. Where one is stands in the address.
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';

import './style.css';

import { touch, useApi } from '../../api/hooks';
import { useCan } from '../../api/session';
import { Link, navigate, useQueryString } from '../../app/router';
import { toured } from '../../app/toured';
import { chosenZone } from '../../i18n';
import { deleteSoon, useHidden } from '../../images/deleting';
import { foundIn, queryOf, storyOf, viewOf } from '../../images/filter';
import type { Image } from '../../images/filter';
import { TitleDialog } from '../../images/TitleDialog';
import { useWords } from '../../images/words';
import { Button, Empty, ErrorNotice, Page, Pager, Table, toast, toastError } from '../../ui';
import { preview } from './acting';
import type { Target } from './acting';
import { Arrived } from './Arrived';
import { BatchHead } from './BatchHead';
import { useChosen } from './chosen';
import { AllBox, useColumns, useSearchOfRows } from './columns';
import { ActionDialog } from './dialogs';
import type { Question } from './dialogs';
import { download } from './download';
import { Filters } from './Filters';
import { useGoOn } from './goOn';
import { useNextPage } from './nextPage';
import { SelectionBar } from './SelectionBar';
import { useSteady } from './steady';

const idOf = (image: Image) => image.id;

export default function ImagesPage() {
  const t = useWords();
  const tourSeen = toured.use();
  const can = useCan();
  const client = useQueryClient();
  const zone = chosenZone.use();
  const [search, change] = useQueryString();
  const view = useMemo(() => viewOf(search, zone), [search, zone]);
  const images = useApi('/api/v1/images', { query: queryOf(view) }, { staleTime: 0 }); // who comes to it sees what was sent a moment ago
  const steady = useSteady(view, images);
  useNextPage(view, images.isPlaceholderData ? null : steady.next);
  const hidden = useHidden();
  const rows = useMemo(() => steady.rows?.filter((image) => !hidden.has(image.id)), [steady.rows, hidden]);
  const [question, setQuestion] = useState<Question | null>(null);
  const [count, setCount] = useState<number | null>(null);
  const conditionsText = JSON.stringify(view.conditions);
  const { target, isSelected, toggle, choose, chooseAll, clear } = useChosen(rows, view.conditions, `${conditionsText} ${view.cursor}`);
  const list = useRef<HTMLDivElement>(null);
  const goOn = useGoOn(list, target === null && question === null);

  const togglePage = () => (target ? clear() : choose(rows ?? []));
  const selectAll = () => {
    chooseAll();
    setCount(null);
    preview({ action: 'delete' }, { kind: 'all', conditions: view.conditions }, true).then((found) => setCount(found.matched), toastError);
  };

  const remove = useCallback(
    (of: Target) => {
      if (of.kind === 'all') return setQuestion({ ask: 'delete', target: of });
      deleteSoon(of.images.map((image) => image.id), t('done.delete', { count: of.images.length }), () => touch(client, '/api/v1/images'));
      clear();
    },
    [client, clear, t],
  );

  const fetchResults = (format: 'json' | 'csv') => {
    if (!target) return;
    toast(t('done.download'));
    download(target, format);
  };

  // Who comes first to an empty place is shown around, once.
  const isVoid = conditionsText === '{}' && !view.cursor && !images.isPlaceholderData && images.data?.items.length === 0;
  const showAround = Boolean(isVoid && can('send') && !tourSeen);
  useEffect(() => {
    if (showAround) navigate('/welcome', { replace: true });
  }, [showAround]);

  const labels = useMemo(() => [...new Set(rows?.flatMap((image) => foundIn(image).map((found) => found.label)))].sort(), [rows]);
  const open = useCallback((image: Image) => navigate(storyOf(image, new URLSearchParams(location.search))), []);
  const filterByLabel = useCallback((label: string) => change({ label, cursor: null }), [change]);
  const columns = useColumns({ search: useSearchOfRows(search, images.isPlaceholderData), toggle, onAsk: setQuestion, onRemove: remove, onLabel: filterByLabel });
  const every = Boolean(rows?.length && rows.every(isSelected));
  const heads = {
    select: { head: <AllBox checked={every} some={Boolean(target)} label={t('select.page')} onChange={togglePage} /> },
    title: { sort: view.sort === 'title' ? 'ascending' : 'none' },
    time: { sort: view.sort === 'newest' ? 'descending' : view.sort === 'oldest' ? 'ascending' : 'none' },
  } as const;
  const isFiltered = conditionsText !== '{}';
  const upload = can('send') && (
    <Link className="button" data-kind="primary" to="/upload">
      {t('upload')}
    </Link>
  );
  const empty = isFiltered ? (
    <Empty icon="search" title={t(images.data?.next_cursor ? 'title' : 'nothing.title')} actions={<Button onClick={() => navigate('/images')}>{t('filter.clear')}</Button>}>
      {t(images.data?.next_cursor ? 'short.text' : 'nothing.text')}
    </Empty>
  ) : (
    <Empty
      icon="images"
      title={t('empty.title')}
      actions={
        can('send') && (
          <>
            {upload}
            <Link className="button" to="/welcome">
              {t('empty.tour')}
            </Link>
          </>
        )
      }
    >
      {t('empty.text')}
    </Empty>
  );

  return (
    <Page title={t('title')} actions={upload}>
      {view.conditions.batch && <BatchHead id={view.conditions.batch} />}
      <Filters search={search} change={change} labels={labels} />
      {images.error && <ErrorNotice error={images.error} onRetry={() => void images.refetch()} />}
      <div className="images-list" ref={list} aria-busy={images.isPlaceholderData}>
        <SelectionBar
          target={target}
          count={count}
          shown={rows?.length ?? 0}
          onSelectAll={target?.kind === 'some' && can('operate') && every && (steady.next || view.cursor) ? selectAll : null}
          onClear={clear}
          onAsk={setQuestion}
          onDelete={() => target && remove(target)}
          onDownload={fetchResults}
        />
        <Arrived
          count={steady.arrived}
          more={steady.more}
          onShow={() => {
            steady.show();
            window.scrollTo(0, 0);
            goOn();
          }}
        />
        <Table
          caption={t('title')}
          stacks={false}
          rows={rows}
          keyOf={idOf}
          columns={columns}
          heads={heads}
          onOpen={open}
          onToggle={toggle}
          isSelected={isSelected}
          onSort={(key) => change({ cursor: null, sort: key === 'title' ? (view.sort === 'title' ? null : 'title') : view.sort === 'newest' ? 'oldest' : null })}
          empty={empty}
          skeletons={10}
        />
      </div>
      <Pager cursor={view.cursor} next={steady.next} onGo={(cursor) => change({ cursor }, { push: true })} />
      {question?.ask === 'title' && <TitleDialog image={question.image} onClose={() => setQuestion(null)} />}
      {question && question.ask !== 'title' && <ActionDialog ask={question.ask} target={question.target} onClose={() => setQuestion(null)} onDone={clear} />}
    </Page>
  );
}
