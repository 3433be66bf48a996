// Keys that work everywhere: ? for help, / for the search, z to undo, g and a letter to go to a page.
import { useEffect, useRef } from 'react';

import type { Act } from '../api/can';
import { undoKey, undoNewest } from '../ui/toasts';
import { navigate } from './router';

export const gotos: readonly { key: string; to: string; may: Act; word: `help.go.${'images' | 'upload' | 'queues' | 'failures'}` }[] = [
  { key: 'i', to: '/images', may: 'see', word: 'help.go.images' },
  { key: 'u', to: '/upload', may: 'send', word: 'help.go.upload' },
  { key: 'q', to: '/queues', may: 'watch', word: 'help.go.queues' },
  { key: 'f', to: '/failures', may: 'see', word: 'help.go.failures' },
];

const isTyping = (target: EventTarget | null) => target instanceof Element && target.closest('input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable], dialog, [role="menu"]') !== null;

export function useShortcuts(onHelp: () => void): void {
  const waiting = useRef(0); // until when a letter after g counts
  const help = useRef(onHelp);
  help.current = onHelp;

  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey || isTyping(event.target)) return;
      if (event.key === undoKey && undoNewest()) return event.preventDefault(); // also with Control, or Command
      if (event.ctrlKey || event.metaKey) return;
      if (event.key === '?') return help.current();
      if (event.key === '/') {
        const search = document.querySelector<HTMLInputElement>('main input[type="search"]');
        if (search) {
          event.preventDefault();
          search.focus();
        }
        return;
      }
      if (event.key === 'g') return void (waiting.current = Date.now() + 1500);
      const wanted = Date.now() < waiting.current && gotos.find((each) => each.key === event.key);
      waiting.current = 0;
      if (wanted) {
        event.preventDefault();
        navigate(wanted.to);
      }
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, []);
}
