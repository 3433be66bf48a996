import { memo, useCallback, useRef } from 'react';
import type { KeyboardEvent, MouseEvent, ReactNode } from 'react';

import { Icon } from './Icon';
import { Skeleton } from './Skeleton';
import { useCommonWords } from './words';

export interface Head {
  sort?: 'ascending' | 'descending' | 'none'; // can be sorted by, and how it is
  head?: ReactNode; // instead of the title, which then only names the column
}

export interface Column<T> extends Head {
  key: string;
  title: string;
  cell: (row: T, selected: boolean) => ReactNode;
  end?: boolean; // numbers stand at the end
  hidden?: boolean; // the title is heard only
  unnamed?: boolean; // where rows are cards, its cell has no title
  className?: string;
}

export interface TableProps<T> {
  caption: string; // for those who cannot see it
  columns: readonly Column<T>[]; // as long as they are the same, only rows that are others are drawn again
  heads?: Readonly<Record<string, Head>>; // what changes of a column's head, by its key
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

const classOf = (column: Column<never>) => [column.end && 'end', column.className].filter(Boolean).join(' ') || undefined;

interface RowProps<T> {
  row: T;
  columns: readonly Column<T>[];
  selected: boolean | undefined;
  tabIndex: number | undefined;
  onKeyDown: ((event: KeyboardEvent<HTMLTableRowElement>, row: T) => void) | undefined;
  onOpen: ((row: T) => void) | undefined;
}

function PlainRow<T>({ row, columns, selected, tabIndex, onKeyDown, onOpen }: RowProps<T>) {
  const click = (event: MouseEvent) => {
    if (!(event.target as Element).closest('a, button, input, label, select')) onOpen?.(row);
  };
  return (
    <tr tabIndex={tabIndex} aria-selected={selected} onKeyDown={onKeyDown && ((event) => onKeyDown(event, row))} onClick={onOpen && click}>
      {columns.map((column) => (
        <td key={column.key} className={classOf(column)} data-title={column.hidden || column.head || column.unnamed ? undefined : column.title}>
          <div className="cell">{column.cell(row, selected ?? false)}</div>
        </td>
      ))}
    </tr>
  );
}

const Row = memo(PlainRow) as typeof PlainRow;

// A table with a head that stays, sorting by its titles, and rows that arrows walk.
export function Table<T>({ caption, columns, heads, rows, keyOf, onSort, onOpen, isSelected, onToggle, empty, skeletons = 6, stacks = true }: TableProps<T>) {
  const t = useCommonWords();
  const body = useRef<HTMLTableSectionElement>(null);
  const walks = Boolean(onOpen ?? onToggle);
  const walk = useCallback(
    (event: KeyboardEvent<HTMLTableRowElement>, row: T) => {
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
    },
    [onOpen, onToggle],
  );
  if (rows && rows.length === 0 && empty) return <div className="table-frame" tabIndex={-1}>{empty}</div>;

  return (
    <div className="table-frame" tabIndex={-1}>
      <table className="table" data-stacks={stacks || undefined}>
        <caption className="unseen">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => {
              const { sort, head } = { ...column, ...heads?.[column.key] };
              return (
                <th key={column.key} scope="col" className={classOf(column)} aria-sort={sort}>
                  {sort && onSort ? (
                    <button type="button" className="sort" onClick={() => onSort(column.key)} title={t('sorted', { column: column.title })}>
                      {column.title}
                      {sort !== 'none' && <Icon name={sort === 'ascending' ? 'up' : 'down'} size={14} />}
                    </button>
                  ) : (
                    (head ?? <span className={column.hidden ? 'unseen' : undefined}>{column.title}</span>)
                  )}
                </th>
              );
            })}
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
                <Row key={keyOf(row)} row={row} columns={columns} selected={isSelected?.(row)} tabIndex={walks ? (index === 0 ? 0 : -1) : undefined} onKeyDown={walks ? walk : undefined} onOpen={onOpen} />
              ))}
        </tbody>
      </table>
    </div>
  );
}
