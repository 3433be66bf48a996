import { useCan } from '../api/session';
import { Dialog } from '../ui/Dialog';
import { useShellWords } from './words';
import { undoKey } from '../ui/toasts';
import { gotos } from './shortcuts';

export function Help({ onClose }: { onClose: () => void }) {
  const t = useShellWords();
  const can = useCan();
  const rows: [string[], string][] = [
    [['?'], t('help.open')],
    [['/'], t('help.search')],
    [[undoKey], t('help.undo')],
    ...gotos.filter((each) => can(each.may)).map((each): [string[], string] => [['g', each.key], t(each.word)]),
    [['↑', '↓', 'j', 'k'], t('help.rows')],
    [['j', 'k'], t('help.photo')],
    [['+', '-', '0'], t('help.zoom')],
    [['x'], t('help.select')],
    [['Enter'], t('help.enter')],
    [['Esc'], t('help.escape')],
  ];
  return (
    <Dialog title={t('help.title')} onClose={onClose}>
      <dl className="keys">
        {rows.map(([keys, what]) => (
          <div key={what}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
