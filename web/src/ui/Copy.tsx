// Text to be taken elsewhere: a button that copies, a block with one, and secrets that are shown once.
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';

import { Button } from './Button';
import { Dialog } from './Dialog';
import { Notice } from './Notice';
import { usePartWords } from './partWords';
import { toast } from './toasts';

// Browsers give the clipboard to secure pages only; on plain HTTP the text is put into a field and copied from there.
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement('textarea');
    field.value = text;
    field.className = 'unseen';
    (document.querySelector('dialog[open]') ?? document.body).append(field);
    field.select();
    const done = document.execCommand('copy');
    field.remove();
    return done;
  }
}

export function CopyButton({ text, label, quiet }: { text: string; label?: string; quiet?: boolean }) {
  const t = usePartWords();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  const run = async () => ((await copy(text)) ? setCopied(true) : toast(t('copy.failed')));
  const word = copied ? t('copied') : (label ?? t('copy'));
  return quiet ? (
    <Button kind="quiet" className="copy-small" icon={copied ? 'check' : 'copy'} aria-label={word} onClick={() => void run()} />
  ) : (
    <Button icon={copied ? 'check' : 'copy'} onClick={() => void run()}>
      {word}
    </Button>
  );
}

// A text in its own lines, with a button that copies it.
export function CopyBlock({ text, label }: { text: string; label?: string }) {
  return (
    <div className="copy-block">
      <pre tabIndex={0} aria-label={label}>
        {text}
      </pre>
      <CopyButton text={text} quiet />
    </div>
  );
}

// What the server told this once: it stays until the reader says that it is kept.
export function SecretDialog({ title, name, secret, onClose, children }: { title: string; name: string; secret: string; onClose: () => void; children?: ReactNode }) {
  const t = usePartWords();
  return (
    <Dialog
      title={title}
      firm
      onClose={onClose}
      actions={
        <Button kind="primary" onClick={onClose}>
          {t('done')}
        </Button>
      }
    >
      <div className="secret">
        <p className="label">{name}</p>
        <code data-secret>{secret}</code>
        <CopyButton text={secret} />
      </div>
      <Notice tone="amber">{t('once')}</Notice>
      {children}
    </Dialog>
  );
}
