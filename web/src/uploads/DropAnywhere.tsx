// Photos and folders may be dropped anywhere on the page.
import { useEffect, useState } from 'react';

import { navigate } from '../app/router';
import { Icon } from '../ui';
import { fromDrop, hasFiles } from './files';
import type { Found } from './files';
import { useUploadEngine } from './hooks';
import { offer } from './offered';
import { useUploadWords } from './words';

function take(found: Found[]): void {
  if (location.pathname !== '/upload') navigate('/upload');
  offer(found);
}

export default function DropAnywhere() {
  const t = useUploadWords();
  const [over, setOver] = useState(false);
  useUploadEngine();

  useEffect(() => {
    let depth = 0;
    const enter = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      depth += 1;
      setOver(true);
    };
    const leave = () => {
      depth = Math.max(0, depth - 1);
      if (!depth) setOver(false);
    };
    const allow = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
    };
    const drop = (event: DragEvent) => {
      depth = 0;
      setOver(false);
      // Another part of the page, as the one for models, takes its own.
      if (event.defaultPrevented || !event.dataTransfer || !hasFiles(event)) return;
      event.preventDefault();
      void fromDrop(event.dataTransfer).then(take);
    };
    const pairs = { dragenter: enter, dragleave: leave, dragover: allow, drop } as const;
    for (const [name, listener] of Object.entries(pairs)) window.addEventListener(name, listener as EventListener);
    return () => {
      for (const [name, listener] of Object.entries(pairs)) window.removeEventListener(name, listener as EventListener);
    };
  }, []);

  if (!over) return null;
  return (
    <div className="drop-anywhere" aria-hidden="true">
      <p>
        <Icon name="upload" size={36} />
        {t('drop.here')}
      </p>
    </div>
  );
}
