import { useState } from 'react';

import { useLogOut, useMe } from '../api/session';
import { chosenLanguage } from '../i18n';
import { Icon } from '../ui/Icon';
import { Menu } from '../ui/Menu';
import type { MenuEntry } from '../ui/Menu';
import { toastError } from '../ui/toasts';
import { ZoneDialog } from './ZoneDialog';
import { navigate } from './router';
import { chosenTheme } from './theme';
import type { Theme } from './theme';
import { useShellWords } from './words';

const themes: readonly Theme[] = ['system', 'light', 'dark'];

// Who I am, and how the page is for me.
export function AccountMenu({ onHelp }: { onHelp: () => void }) {
  const t = useShellWords();
  const me = useMe();
  const logOut = useLogOut();
  const language = chosenLanguage.use();
  const theme = chosenTheme.use();
  const [zone, setZone] = useState(false); // the dialog for it
  const entries: (MenuEntry | 'line')[] = [
    { label: t('user.account'), icon: 'user', onChoose: () => navigate('/account') },
    'line',
    { label: '한국어', icon: 'globe', checked: language === 'ko', onChoose: () => chosenLanguage.set('ko') },
    { label: 'English', icon: 'globe', checked: language === 'en', onChoose: () => chosenLanguage.set('en') },
    'line',
    ...themes.map((each): MenuEntry => ({ label: t(`theme.${each}`), icon: each === 'dark' ? 'moon' : 'sun', checked: theme === each, onChoose: () => chosenTheme.set(each === 'system' ? null : each) })),
    'line',
    { label: t('zone.menu'), icon: 'schedules', onChoose: () => setZone(true) },
    { label: t('user.help'), icon: 'keyboard', hint: '?', onChoose: onHelp },
    { label: t('user.api'), icon: 'external', onChoose: () => void window.open('/docs', '_blank', 'noopener') },
    'line',
    { label: t('user.logout'), icon: 'logout', onChoose: () => void logOut().catch(toastError) },
  ];
  return (
    <>
      <Menu
        side="above"
        align="start"
        button={{ kind: 'quiet', className: 'account' }}
        entries={entries}
        label={
          <span className="account-in">
            <Icon name="user" />
            <span className="account-name">
              <span className="cut">{me.name}</span>
              <span className="small soft">{t('user.role', { role: me.role })}</span>
            </span>
          </span>
        }
      />
      {zone && <ZoneDialog onClose={() => setZone(false)} />}
    </>
  );
}
