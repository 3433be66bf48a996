import { useWords } from '../../images/words';
import { Button } from '../../ui';

// Says over the list, without moving it, how many photos wait to come in.
export function Arrived({ count, more, onShow }: { count: number; more: boolean; onShow: () => void }) {
  const t = useWords();
  return (
    <div className="images-arrived" role="status">
      {count > 0 && (
        <Button icon="up" onClick={onShow}>
          {t(more ? 'arrived.many' : 'arrived', { count })}
        </Button>
      )}
    </div>
  );
}
