// What can be done to the images that are chosen. The bar has its place also while none is, so that nothing jumps.
import { useCan } from '../../api/session';
import { useFormat } from '../../i18n';
import { useWords } from '../../images/words';
import { Button, Menu } from '../../ui';
import type { MenuEntry } from '../../ui';
import type { Target } from './acting';
import type { Question } from './dialogs';
import { highPriority } from './dialogs';

export interface SelectionBarProps {
  target: Target | null;
  count: number | null; // of a target of all: null until the server has counted
  shown: number; // rows on the page
  onSelectAll: (() => void) | null; // take all that match
  onClear: () => void;
  onAsk: (question: Question) => void;
  onDelete: () => void;
  onDownload: (format: 'json' | 'csv') => void;
}

export function SelectionBar({ target, count, shown, onSelectAll, onClear, onAsk, onDelete, onDownload }: SelectionBarProps) {
  const t = useWords();
  const can = useCan();
  const format = useFormat();
  if (!target) return <div className="images-bar soft small">{shown > 0 && t('bar.hint')}</div>;
  const chosen = target.kind === 'some' ? target.images : null;
  const ask = (what: Exclude<Question['ask'], 'title'>) => onAsk({ ask: what, target });
  const mayAct = can('own');
  const single = chosen?.length === 1 ? chosen[0] : undefined;
  const entries: (MenuEntry | 'line')[] = [
    { label: t('action.model'), icon: 'models', onChoose: () => ask('model') },
    { label: t('action.priority'), icon: 'flag', onChoose: () => ask('priority') },
    { label: t('action.cancel'), icon: 'close', onChoose: () => ask('cancel') },
    ...(single ? [{ label: t('action.title'), icon: 'edit', onChoose: () => onAsk({ ask: 'title', image: single }) } as const] : []),
  ];
  const downloads: MenuEntry[] = [
    { label: t('action.json'), icon: 'download', onChoose: () => onDownload('json') },
    { label: t('action.csv'), icon: 'download', onChoose: () => onDownload('csv') },
  ];
  return (
    <div className="images-bar" data-active role="toolbar" aria-label={t('bar.label')}>
      <Button kind="quiet" icon="close" aria-label={t('bar.clear')} onClick={onClear} />
      <p className="images-bar-count" aria-live="polite">
        {target.kind === 'all' ? (count === null ? t('bar.all') : t('bar.all.count', { count })) : t('bar.some', { count: chosen!.length })}
        {onSelectAll && (
          <button type="button" className="images-bar-all" onClick={onSelectAll}>
            {t('bar.select.all')}
          </button>
        )}
      </p>
      <div className="images-bar-actions">
        {mayAct && (
          <>
            <Button icon="retry" onClick={() => ask('reprocess')}>
              {t('action.reprocess')}
            </Button>
            <Button icon="flag" onClick={() => ask('high')}>
              {t('action.high', { priority: format.number(highPriority) })}
            </Button>
            <Menu label={t('action.more')} entries={entries} />
          </>
        )}
        <Menu label={t('action.download')} button={{ icon: 'download' }} entries={downloads} />
        {mayAct && (
          <Button icon="trash" onClick={onDelete}>
            {t('action.delete')}
          </Button>
        )}
      </div>
    </div>
  );
}
