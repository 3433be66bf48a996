// A file that is dropped where nothing takes it would be opened by the browser in place of the page.
import { useEffect } from 'react';

import { useShellWords } from '../app/words';
import { toast } from '../ui/toasts';

// With `says`, somebody who may not send is told so.
export function KeepDrops({ says }: { says?: boolean }) {
  const t = useShellWords();
  useEffect(() => {
    const keep = (event: DragEvent) => {
      if (event.defaultPrevented || !event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      if (says && event.type === 'drop') toast(t('drop.refused'));
    };
    window.addEventListener('dragover', keep);
    window.addEventListener('drop', keep);
    return () => {
      window.removeEventListener('dragover', keep);
      window.removeEventListener('drop', keep);
    };
  }, [says, t]);
  return null;
}
