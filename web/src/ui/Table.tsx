import { useRef } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';

import { Icon } from './Icon';
import { Skeleton } from './Skeleton';
import { useCommonWords } from './words';

export interface Column<T> {
  key: string;
  title: string;
  cell: (row: T) => ReactNode;
  end?: boolean; // numbers stand at the end
  sort?: 'ascending' | 'descending' | 'none'; // can be sorted by, and how it is
  hidden?: boolean; // the title is heard only
  className?: string;
  head?: ReactNode; // instead of the title, which then only names the column
}

export interface TableProps<T> {
  caption: string; // for those who cannot see it
  columns: readonly Column<T>[];
  rows: readonly T[] | undefined; // undefined: on their way
  keyOf: (row: T) => string | number;
  onSort?: (key: string) => void;
  onOpen?: (row: T) => void; // Enter on a row, or a click on it beside its links and buttons
  isSelected?: (row: T) => boolean;
  onToggle?: (row: T) => void; // the space bar on a row
  empty?: ReactNode; // instead of no rows
  skeletons?: number;
  stacks?: boolean; // on a phone each row is a card of its own; false: the page has its own way
}

// A table with a head that stays, sorting by its titles, and rows that arrows walk.
export function Table<T>({ caption, columns, rows, keyOf, onSort, onOpen, isSelected, onToggle, empty, skeletons = 6, stacks = true }: TableProps<T>) {
  const t = useCommonWords();
  const body = useRef<HTMLTableSectionElement>(null);
  const walks = Boolean(onOpen ?? onToggle);
  if (rows && rows.length === 0 && empty) return <div className="table-frame">{empty}</div>;

  const walk = (event: KeyboardEvent<HTMLTableRowElement>, row: T) => {
    if (event.target !== event.currentTarget) return;
    const all = [...(body.current?.rows ?? [])];
    const to = { ArrowDown: event.currentTarget.sectionRowIndex + 1, ArrowUp: event.currentTarget.sectionRowIndex - 1, j: event.currentTarget.sectionRowIndex + 1, k: event.currentTarget.sectionRowIndex - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      all[to]?.focus();
    } else if (event.key === 'Enter' && onOpen) onOpen(row);
    else if ((event.key === ' ' || event.key === 'x') && onToggle) {
      event.preventDefault();
      onToggle(row);
    }
  };

  return (
    <div className="table-frame" tabIndex={-1}>
      <table className="table" data-stacks={stacks || undefined}>
        <caption className="unseen">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.key} scope="col" className={[column.end && 'end', column.className].filter(Boolean).join(' ') || undefined} aria-sort={column.sort}>
                {column.sort && onSort ? (
                  <button type="button" className="sort" onClick={() => onSort(column.key)} title={t('sorted', { column: column.title })}>
                    {column.title}
                    {column.sort !== 'none' && <Icon name={column.sort === 'ascending' ? 'up' : 'down'} size={14} />}
                  </button>
                ) : (
                  (column.head ?? <span className={column.hidden ? 'unseen' : undefined}>{column.title}</span>)
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body} aria-busy={rows === undefined}>
          {rows === undefined
            ? Array.from({ length: skeletons }, (_, index) => (
                <tr key={index}>
                  {columns.map((column) => (
                    <td key={column.key} className={column.className}>
                      <Skeleton width={column.end ? '3rem' : '70%'} />
                    </td>
                  ))}
                </tr>
              ))
            : rows.map((row, index) => (
                <tr
                  key={keyOf(row)}
                  tabIndex={walks ? (index === 0 ? 0 : -1) : undefined}
                  aria-selected={isSelected ? isSelected(row) : undefined}
                  onKeyDown={walks ? (event) => walk(event, row) : undefined}
                  onClick={
                    onOpen &&
                    ((event) => {
                      if (!(event.target as Element).closest('a, button, input, label, select')) onOpen(row);
                    })
                  }
                >
                  {columns.map((column) => (
                    <td key={column.key} className={[column.end && 'end', column.className].filter(Boolean).join(' ') || undefined} data-title={column.hidden || column.head ? undefined : column.title}>
                      <div className="cell">{column.cell(row)}</div>
                    </td>
                  ))}
                </tr>
              ))}
        </tbody>
      </table>
    </div>
  );
}
