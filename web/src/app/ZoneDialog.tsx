// What one sets for oneself: the time zone of all times on the page.
import { useState } from 'react';

import { browserZone, chosenZone } from '../i18n';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { useCommonWords } from '../ui/words';
import { useShellWords } from './words';

export function ZoneDialog({ onClose }: { onClose: () => void }) {
  const t = useShellWords();
  const common = useCommonWords();
  const [zone, setZone] = useState(chosenZone.get());
  const own = browserZone();
  const zones = [...new Set([own, chosenZone.get(), 'UTC', ...Intl.supportedValuesOf('timeZone')])];
  const save = () => {
    chosenZone.set(zone === own ? null : zone);
    onClose();
  };
  return (
    <Dialog
      title={t('zone.title')}
      onClose={onClose}
      onSubmit={save}
      actions={
        <>
          <Button onClick={onClose}>{common('cancel')}</Button>
          <Button type="submit" kind="primary">
            {common('save')}
          </Button>
        </>
      }
    >
      <Field label={t('zone.label')} hint={t('zone.hint', { zone: own })}>
        <select value={zone} onChange={(event) => setZone(event.target.value)}>
          {zones.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
      </Field>
    </Dialog>
  );
}
