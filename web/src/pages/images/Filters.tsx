// The conditions of the list: search, status, date, and those behind a button. All of them stand in the address.
import { useEffect, useRef, useState } from 'react';

import { useApi } from '../../api/hooks';
import { statuses, textConditions } from '../../images/filter';
import type { TextCondition } from '../../images/filter';
import { useWords } from '../../images/words';
import { Button, Chip, Field, Icon, useCommonWords, usePopup } from '../../ui';
import { DateFilter } from './DateFilter';

type Change = (changes: Record<string, string | null>, how?: { push?: boolean }) => void;

const behindButton = ['model', 'uploader', 'label', 'error'] as const;
const settle = 80; // milliseconds without a key before the search is asked for; a first key after a while is not waited for

function Search({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const t = useWords();
  const [text, setText] = useState(value);
  const told = useRef(value);
  const lastKey = useRef(0);
  // The address changed by other means than typing.
  useEffect(() => {
    if (value !== told.current) setText(value);
    told.current = value;
  }, [value]);
  useEffect(() => {
    if (text === told.current) return;
    const isFirst = Date.now() - lastKey.current > 4 * settle;
    lastKey.current = Date.now();
    const timer = setTimeout(
      () => {
        told.current = text.trim();
        onChange(told.current);
      },
      isFirst ? 0 : settle,
    );
    return () => clearTimeout(timer);
  }, [text, onChange]);
  return (
    <div className="images-search">
      <Icon name="search" size={16} />
      <input className="input" type="search" aria-label={t('search')} placeholder={t('search')} maxLength={200} value={text} onChange={(event) => setText(event.target.value)} />
    </div>
  );
}

function More({ search, change, labels }: { search: URLSearchParams; change: Change; labels: readonly string[] }) {
  const t = useWords();
  const common = useCommonWords();
  const { open, setOpen, close, frame, opener } = usePopup();
  const models = useApi('/api/v1/models', {}, { enabled: open, staleTime: 60_000 });
  const model = search.get('model') ?? '';
  const offered = models.data?.items ?? (model ? [{ name: model, title: '' }] : []); // the chosen one is there from the start
  const count = behindButton.filter((name) => search.get(name)).length;

  useEffect(() => {
    if (open) frame.current?.querySelector('select')?.focus();
  }, [open, frame]);

  return (
    <div className="menu-frame" ref={frame} onKeyDown={(event) => open && event.key === 'Escape' && close()}>
      <Button ref={opener} icon="filter" aria-expanded={open} onClick={() => setOpen(!open)}>
        {t('filter.more')}
        {count > 0 && <b className="images-badge number">{count}</b>}
      </Button>
      {open && (
        <form
          className="menu images-more"
          onSubmit={(event) => {
            event.preventDefault();
            const form = new FormData(event.currentTarget);
            change({ cursor: null, ...Object.fromEntries(behindButton.map((name) => [name, String(form.get(name) ?? '').trim() || null])) });
            close();
          }}
        >
          <Field label={t('column.model')}>
            <select name="model" defaultValue={model}>
              <option value="">{t('filter.any')}</option>
              {offered.map((model) => (
                <option key={model.name} value={model.name}>
                  {model.title || model.name}
                </option>
              ))}
            </select>
          </Field>
          <Field label={t('filter.label')} hint={t('filter.label.hint')}>
            <input name="label" defaultValue={search.get('label') ?? ''} list="images-labels" maxLength={200} autoCapitalize="none" />
          </Field>
          <datalist id="images-labels">
            {labels.map((label) => (
              <option key={label} value={label} />
            ))}
          </datalist>
          <Field label={t('column.uploader')}>
            <input name="uploader" defaultValue={search.get('uploader') ?? ''} maxLength={100} autoCapitalize="none" />
          </Field>
          <Field label={t('filter.error')} hint={t('filter.error.hint')}>
            <input name="error" defaultValue={search.get('error') ?? ''} maxLength={100} autoCapitalize="none" />
          </Field>
          <Button type="submit" kind="primary">
            {common('apply')}
          </Button>
        </form>
      )}
    </div>
  );
}

export function Filters({ search, change, labels }: { search: URLSearchParams; change: Change; labels: readonly string[] }) {
  const t = useWords();
  const common = useCommonWords();
  const status = search.get('status') ?? '';
  const set = (name: string, value: string | null) => change({ cursor: null, [name]: value });
  const shown = textConditions.filter((name): name is Exclude<TextCondition, 'search'> => name !== 'search' && Boolean(search.get(name)));
  const names = { model: t('column.model'), uploader: t('column.uploader'), label: t('filter.label'), error: t('filter.error'), batch: t('filter.batch') };
  return (
    <div className="images-filters">
      <div className="images-filters-row">
        <Search value={search.get('search') ?? ''} onChange={(value) => set('search', value)} />
        <DateFilter value={search.get('date')} onChange={(value) => set('date', value)} />
        <More search={search} change={change} labels={labels} />
      </div>
      <div className="images-statuses" role="group" aria-label={t('column.status')}>
        {['', ...statuses].map((each) => (
          <button key={each} type="button" aria-pressed={status === each} onClick={() => set('status', each || null)}>
            {each ? common(`state.${each as (typeof statuses)[number]}`) : t('filter.all')}
          </button>
        ))}
      </div>
      {shown.length > 0 && (
        <ul className="images-conditions">
          {shown.map((name) => (
            <li key={name}>
              <Chip tone="blue">
                {names[name]}: {search.get(name)}
                <button type="button" aria-label={t('filter.remove', { name: names[name] })} onClick={() => set(name, null)}>
                  <Icon name="close" size={12} />
                </button>
              </Chip>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
