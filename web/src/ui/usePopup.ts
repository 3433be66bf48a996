import { useCallback, useEffect, useRef, useState } from 'react';

// Something that a button opens below itself: a click elsewhere closes it, and whoever closes it by a key or a choice goes on from the button.
export function usePopup() {
  const [open, setOpen] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!open) return;
    const outside = (event: Event) => {
      if (!frame.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener('pointerdown', outside);
    return () => document.removeEventListener('pointerdown', outside);
  }, [open]);
  const close = useCallback(() => {
    setOpen(false);
    opener.current?.focus();
  }, []);
  return { open, setOpen, close, frame, opener };
}
