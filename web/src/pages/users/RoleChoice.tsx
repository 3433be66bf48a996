import { useId } from 'react';

import { roles, useWords } from '../../users/words';
import type { Role } from '../../users/words';

// The four roles with what each may do.
export function RoleChoice({ role, onChange, columns }: { role: Role; onChange: (role: Role) => void; columns?: boolean }) {
  const t = useWords();
  const group = useId();
  return (
    <fieldset className="choices" data-columns={columns || undefined}>
      <legend>{t('role')}</legend>
      {roles.map((each) => (
        <label className="choice" key={each}>
          <input type="radio" name={group} value={each} checked={role === each} onChange={() => onChange(each)} aria-label={t(`role.${each}`)} aria-describedby={`${group}-${each}`} />
          <span className="name">{t(`role.${each}`)}</span>
          <span className="what" id={`${group}-${each}`}>
            {t(`what.${each}`)}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
