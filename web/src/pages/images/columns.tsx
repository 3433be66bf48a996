// The columns of the list. On a phone the title's cell tells what the hidden ones would.
import { useEffect, useMemo, useRef } from 'react';

import { useCan } from '../../api/session';
import { Link, navigate } from '../../app/router';
import { useFormat } from '../../i18n';
import { storyOf } from '../../images/filter';
import type { Image } from '../../images/filter';
import { useWords } from '../../images/words';
import { useCause } from '../../jobs/cause';
import { Menu, StateChip, Time } from '../../ui';
import type { Column, MenuEntry } from '../../ui';
import type { Target } from './acting';
import { fits } from './acting';
import type { Question } from './dialogs';
import { highPriority } from './dialogs';
import { Found } from './Found';
import { Thumb } from './Thumb';

interface Wanted {
  search: string; // of the list, without where in it one is
  toggle: (image: Image) => void;
  onAsk: (question: Question) => void;
  onRemove: (target: Target) => void;
  onLabel: (label: string) => void;
}

// The conditions of the rows that are shown: those of the address, as soon as its answer is there.
export function useSearchOfRows(search: URLSearchParams, areFormer: boolean): string {
  const shown = useRef('');
  if (!areFormer) {
    const kept = new URLSearchParams(search);
    kept.delete('cursor');
    shown.current = kept.toString();
  }
  return shown.current;
}

export function AllBox({ checked, some, label, onChange }: { checked: boolean; some: boolean; label: string; onChange: () => void }) {
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (box.current) box.current.indeterminate = some && !checked;
  }, [some, checked]);
  return <input ref={box} type="checkbox" className="check" aria-label={label} checked={checked} onChange={onChange} />;
}

function RowMenu({ image, onAsk, onRemove }: { image: Image } & Pick<Wanted, 'onAsk' | 'onRemove'>) {
  const t = useWords();
  const can = useCan();
  // Only when it opens: there is one in each row.
  const entries = (): (MenuEntry | 'line')[] => {
    const target: Target = { kind: 'some', images: [image] };
    const open: MenuEntry = { label: t('action.open'), icon: 'external', onChoose: () => navigate(storyOf(image, new URLSearchParams(location.search))) };
    if (!can('own', image.uploaded_by)) return [open];
    return [
      open,
      { label: t('action.title'), icon: 'edit', onChoose: () => onAsk({ ask: 'title', image }) },
      'line',
      { label: t('do.reprocess'), icon: 'retry', disabled: !fits({ action: 'reprocess' }, image), onChoose: () => onAsk({ ask: 'reprocess', target }) },
      { label: t('action.model'), icon: 'models', disabled: !fits({ action: 'reprocess' }, image), onChoose: () => onAsk({ ask: 'model', target }) },
      { label: t('action.high', { priority: highPriority }), icon: 'flag', disabled: !fits({ action: 'reprioritise', priority: 0 }, image), onChoose: () => onAsk({ ask: 'high', target }) },
      { label: t('action.cancel'), icon: 'close', disabled: !fits({ action: 'cancel' }, image), onChoose: () => onAsk({ ask: 'cancel', target }) },
      'line',
      { label: t('action.delete'), icon: 'trash', danger: true, onChoose: () => onRemove(target) },
    ];
  };
  return <Menu label={undefined} button={{ kind: 'quiet', icon: 'more', 'aria-label': t('action.row', { title: image.title }) }} entries={entries} />;
}

// The same all the time as long as what they need is: rows that did not change are not drawn again.
export function useColumns({ search, toggle, onAsk, onRemove, onLabel }: Wanted): Column<Image>[] {
  const t = useWords();
  const format = useFormat();
  const cause = useCause();
  return useMemo(
    () => [
      {
        key: 'select',
        title: t('column.select'),
        unnamed: true,
        className: 'images-select',
        cell: (image, selected) => <input type="checkbox" className="check" aria-label={t('select.one', { title: image.title })} checked={selected} onChange={() => toggle(image)} />,
      },
      { key: 'photo', title: t('column.photo'), hidden: true, className: 'images-photo', cell: (image) => <Thumb image={image} /> },
      {
        key: 'title',
        title: t('column.title'),
        className: 'images-title',
        cell: (image) => (
          <>
            <Link to={storyOf(image, new URLSearchParams(search))} className="images-name cut">
              {image.title}
            </Link>
            <span className="images-sub">
              <StateChip of={image} />
              <Time at={image.created_at} />
            </span>
          </>
        ),
      },
      {
        key: 'status',
        title: t('column.status'),
        className: 'images-wide',
        cell: (image) => (
          <span className="images-status" title={image.error_code ? `${image.error_code}: ${image.error_message}` : undefined}>
            <StateChip of={image} />
            {image.status === 'failed' && image.error_code && <span className="soft small cut">{cause(image.error_code).title}</span>}
          </span>
        ),
      },
      { key: 'priority', title: t('column.priority'), end: true, className: 'images-wide', cell: (image) => <span className={image.priority ? undefined : 'soft'}>{format.number(image.priority)}</span> },
      { key: 'model', title: t('column.model'), className: 'images-wider images-cut', cell: (image) => <span className="cut">{image.model}</span> },
      { key: 'found', title: t('column.found'), className: 'images-wide', cell: (image) => <Found image={image} onLabel={onLabel} /> },
      { key: 'uploader', title: t('column.uploader'), className: 'images-wider images-cut', cell: (image) => <span className="cut">{image.uploaded_by}</span> },
      { key: 'time', title: t('column.time'), className: 'images-wide images-time', cell: (image) => <Time at={image.created_at} /> },
      { key: 'actions', title: t('column.actions'), hidden: true, className: 'images-actions', cell: (image) => <RowMenu image={image} onAsk={onAsk} onRemove={onRemove} /> },
    ],
    [t, format, cause, search, toggle, onAsk, onRemove, onLabel],
  );
}
