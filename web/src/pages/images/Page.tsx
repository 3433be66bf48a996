// The list of images: find them, and act on some of them or on all that match. Where one is stands in the address.
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useState } from 'react';

import './style.css';

import { touch, useApi } from '../../api/hooks';
import { useCan } from '../../api/session';
import { Link, navigate, useQueryString } from '../../app/router';
import { chosenZone } from '../../i18n';
import { Button, Empty, ErrorNotice, Page, Pager, Table, toast, toastError } from '../../ui';
import { preview } from './acting';
import type { Target } from './acting';
import { BatchHead } from './BatchHead';
import { useColumns } from './columns';
import { deleteSoon, useHidden } from './deleting';
import { ActionDialog, TitleDialog } from './dialogs';
import type { Question } from './dialogs';
import { download } from './download';
import { foundIn, queryOf, storyOf, viewOf } from './filter';
import type { Image } from './filter';
import { Filters } from './Filters';
import { SelectionBar } from './SelectionBar';
import { toured } from '../welcome/toured';
import { useWelcomeWords } from '../welcome/words';
import { useWords } from './words';

export default function ImagesPage() {
  const t = useWords();
  const welcome = useWelcomeWords();
  const tourSeen = toured.use();
  const can = useCan();
  const client = useQueryClient();
  const zone = chosenZone.use();
  const [search, change] = useQueryString();
  const view = useMemo(() => viewOf(search, zone), [search, zone]);
  const images = useApi('/api/v1/images', { query: queryOf(view) });
  const hidden = useHidden();
  const rows = useMemo(() => images.data?.items.filter((image) => !hidden.has(image.id)), [images.data, hidden]);
  const [chosen, setChosen] = useState<ReadonlySet<number> | 'all'>(new Set());
  const [question, setQuestion] = useState<Question | null>(null);
  const [count, setCount] = useState<number | null>(null);

  // Another list has another selection.
  const conditionsText = JSON.stringify(view.conditions);
  useEffect(() => setChosen(new Set()), [conditionsText, view.cursor]);

  const target: Target | null = useMemo(() => {
    if (chosen === 'all') return { kind: 'all', conditions: view.conditions };
    const some = rows?.filter((image) => chosen.has(image.id)) ?? [];
    return some.length ? { kind: 'some', images: some } : null;
  }, [chosen, rows, view.conditions]);

  const isSelected = useCallback((image: Image) => chosen === 'all' || chosen.has(image.id), [chosen]);
  const toggle = useCallback(
    (image: Image) =>
      setChosen((before) => {
        const next = new Set(before === 'all' ? rows?.map((each) => each.id) : before);
        if (!next.delete(image.id)) next.add(image.id);
        return next;
      }),
    [rows],
  );
  const togglePage = () => setChosen(target ? new Set() : new Set(rows?.map((image) => image.id)));
  const selectAll = () => {
    setChosen('all');
    setCount(null);
    preview({ action: 'delete' }, { kind: 'all', conditions: view.conditions }, true).then((found) => setCount(found.matched), toastError);
  };

  const remove = (of: Target) => {
    if (of.kind === 'all') return setQuestion({ ask: 'delete', target: of });
    deleteSoon(of.images.map((image) => image.id), t('done.delete', { count: of.images.length }), () => touch(client, '/api/v1/images'));
    setChosen(new Set());
  };

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
  const columns = useColumns({ isSelected, toggle, togglePage, target, rows, sort: view.sort, onAsk: setQuestion, onRemove: remove, onLabel: (label) => change({ label, cursor: null }) });
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
              {welcome('tour')}
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
      <div className="images-list" aria-busy={images.isPlaceholderData}>
        <SelectionBar
          target={target}
          count={count}
          shown={rows?.length ?? 0}
          onSelectAll={target?.kind === 'some' && can('operate') && target.images.length === rows?.length && (images.data?.next_cursor || view.cursor) ? selectAll : null}
          onClear={() => setChosen(new Set())}
          onAsk={setQuestion}
          onDelete={() => target && remove(target)}
          onDownload={fetchResults}
        />
        <Table
          caption={t('title')}
          stacks={false}
          rows={rows}
          keyOf={(image) => image.id}
          columns={columns}
          onOpen={(image) => navigate(storyOf(image, search))}
          onToggle={toggle}
          isSelected={isSelected}
          onSort={(key) => change({ cursor: null, sort: key === 'title' ? (view.sort === 'title' ? null : 'title') : view.sort === 'newest' ? 'oldest' : null })}
          empty={empty}
          skeletons={10}
        />
      </div>
      <Pager cursor={view.cursor} next={images.data?.next_cursor} onGo={(cursor) => change({ cursor }, { push: true })} />
      {question?.ask === 'title' && <TitleDialog image={question.image} onClose={() => setQuestion(null)} />}
      {question && question.ask !== 'title' && <ActionDialog ask={question.ask} target={question.target} onClose={() => setQuestion(null)} onDone={() => setChosen(new Set())} />}
    </Page>
  );
}
