import { useEffect, useRef, useState } from 'react';

import { Icon } from '../../ui';
import { hasFiles } from '../../uploads/files';
import { useWords } from './words';

// The whole window takes files that are dropped, and says so while they are over it. It comes before the shell's own place for photos.
export function DropZone({ onDrop }: { onDrop: (files: readonly File[]) => void }) {
  const t = useWords();
  const [over, setOver] = useState(false);
  const take = useRef(onDrop);
  take.current = onDrop;
  useEffect(() => {
    let left: ReturnType<typeof setTimeout> | undefined;
    const drag = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      setOver(true);
      // dragover comes again and again while something is over the window, and dragleave for each element in it.
      clearTimeout(left);
      left = setTimeout(() => setOver(false), 400);
    };
    const drop = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      clearTimeout(left);
      setOver(false);
      take.current([...(event.dataTransfer?.files ?? [])]);
    };
    window.addEventListener('dragenter', drag, true);
    window.addEventListener('dragover', drag, true);
    window.addEventListener('drop', drop, true);
    return () => {
      clearTimeout(left);
      window.removeEventListener('dragenter', drag, true);
      window.removeEventListener('dragover', drag, true);
      window.removeEventListener('drop', drop, true);
    };
  }, []);
  return over ? (
    <div className="drop-anywhere" aria-hidden="true">
      <p>
        <Icon name="models" size={36} />
        {t('drop.title')}
      </p>
    </div>
  ) : null;
}
