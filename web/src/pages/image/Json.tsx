// The result as the API gives it, to copy and to download.
import { useState } from 'react';

import { Button, toast } from '../../ui';
import type { Result } from './finds';
import { useImageWords } from './words';

const longest = 100_000; // characters that are shown

// Where the browser has no clipboard for pages without TLS, the old way still works.
async function copy(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'unseen';
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  if (!done) throw new Error('the browser does not let this page copy');
}

export function saveAs(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

export function ResultJson({ result, name }: { result: Result; name: string }) {
  const t = useImageWords();
  const [open, setOpen] = useState(false);
  const text = JSON.stringify(result, null, 2);
  return (
    <section className="card card-body image-card" aria-labelledby="image-json">
      <div className="image-card-head">
        <h2 id="image-json">{t('json')}</h2>
        <Button
          icon="copy"
          onClick={() =>
            void copy(text).then(
              () => toast(t('json.copied')),
              () => toast(t('json.not.copied')),
            )
          }
        >
          {t('json.copy')}
        </Button>
        <Button icon="download" onClick={() => saveAs(`${name}.json`, text)}>
          {t('json.download')}
        </Button>
      </div>
      <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{t('json.show')}</summary>
        {open && (
          <pre className="image-json" tabIndex={0} aria-label={t('json')}>
            {text.length > longest ? `${text.slice(0, longest)}\n…` : text}
          </pre>
        )}
      </details>
    </section>
  );
}
