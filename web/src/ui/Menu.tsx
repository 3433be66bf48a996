import { useEffect, useId } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';

import { Button } from './Button';
import type { ButtonProps } from './Button';
import { Icon } from './Icon';
import type { IconName } from './Icon';
import { usePopup } from './usePopup';

export interface MenuEntry {
  label: string;
  icon?: IconName;
  hint?: string;
  danger?: boolean;
  disabled?: boolean;
  checked?: boolean; // of several of which one is chosen
  onChoose: () => void;
}

export interface MenuProps {
  label: ReactNode; // of the button; undefined for a button that is only an icon, which then needs button['aria-label']
  entries: readonly (MenuEntry | 'line')[] | (() => readonly (MenuEntry | 'line')[]); // a function is asked when it opens
  button?: Omit<ButtonProps, 'children'>;
  align?: 'start' | 'end';
  side?: 'below' | 'above';
}

// A button that opens a list of actions. Arrows walk, Home and End jump, letters find, Escape and a click elsewhere close.
export function Menu({ label, entries, button, align = 'end', side = 'below' }: MenuProps) {
  const { open, setOpen, close, frame, opener } = usePopup();
  const id = useId();

  useEffect(() => {
    if (open) items()[0]?.focus();
  }, [open]);

  const items = () => [...(frame.current?.querySelectorAll<HTMLButtonElement>('[role^="menuitem"]:not(:disabled)') ?? [])];

  const walk = (event: KeyboardEvent) => {
    const all = items();
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      all[to % all.length]?.focus();
    } else if (event.key === 'Escape') {
      event.stopPropagation();
      close();
    } else if (event.key === 'Tab') setOpen(false);
    else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) {
      const wanted = event.key.toLowerCase();
      [...all.slice(at + 1), ...all].find((item) => item.textContent?.trim().toLowerCase().startsWith(wanted))?.focus();
    }
  };

  return (
    <div className="menu-frame" ref={frame}>
      <Button {...button} ref={opener} aria-haspopup="menu" aria-expanded={open} aria-controls={open ? id : undefined} onClick={() => setOpen(!open)}>
        {label}
      </Button>
      {open && (
        <div className="menu" role="menu" id={id} data-align={align} data-side={side} onKeyDown={walk}>
          {(typeof entries === 'function' ? entries() : entries).map((entry, index) =>
            entry === 'line' ? (
              <div key={index} className="menu-line" role="separator" />
            ) : (
              <button
                key={index}
                type="button"
                className="menu-item"
                role={entry.checked === undefined ? 'menuitem' : 'menuitemradio'}
                aria-checked={entry.checked}
                tabIndex={-1}
                disabled={entry.disabled}
                data-danger={entry.danger || undefined}
                onClick={() => {
                  close();
                  entry.onChoose();
                }}
              >
                {entry.icon && <Icon name={entry.icon} size={16} />}
                <span>{entry.label}</span>
                {entry.hint && <span className="hint">{entry.hint}</span>}
                {entry.checked && (
                  <span className="hint">
                    <Icon name="check" size={16} />
                  </span>
                )}
              </button>
            ),
          )}
        </div>
      )}
    </div>
  );
}
