// How the page is for the reader, what runs here, and the configuration of the server.
import './style.css';

import { useApi } from '../../api/hooks';
import { useCan } from '../../api/session';
import { Link } from '../../app/router';
import { chosenTheme } from '../../app/theme';
import type { Theme } from '../../app/theme';
import { browserZone, chosenLanguage, chosenZone } from '../../i18n';
import type { Language } from '../../i18n';
import { Bytes, Facts, Field, Page, Section } from '../../ui';
import { Configuration } from './Configuration';
import { useWords } from './words';

export default function SettingsPage() {
  const t = useWords();
  const can = useCan();
  return (
    <Page title={t('title')}>
      <Section title={t('page')} lead={t('page.lead')}>
        <Choices />
      </Section>
      {can('watch') && <About />}
      {can('admin') && <Configuration />}
    </Page>
  );
}

function Choices() {
  const t = useWords();
  const language = chosenLanguage.use();
  const zone = chosenZone.use();
  const theme = chosenTheme.use();
  const own = browserZone();
  const zones = [...new Set([own, zone, 'UTC', ...Intl.supportedValuesOf('timeZone')])];
  return (
    <div className="settings-choices">
      <Field label={t('language')}>
        <select value={language} onChange={(event) => chosenLanguage.set(event.target.value as Language)}>
          <option value="ko" lang="ko">한국어</option>
          <option value="en" lang="en">English</option>
        </select>
      </Field>
      <Field label={t('zone')} hint={t('zone.hint', { zone: own })}>
        <select value={zone} onChange={(event) => chosenZone.set(event.target.value === own ? null : event.target.value)}>
          {zones.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </Field>
      <Field label={t('theme')}>
        <select value={theme} onChange={(event) => chosenTheme.set(event.target.value === 'system' ? null : (event.target.value as Theme))}>
          {(['system', 'light', 'dark'] as const).map((each) => (
            <option key={each} value={each}>
              {t(`theme.${each}`)}
            </option>
          ))}
        </select>
      </Field>
    </div>
  );
}

function About() {
  const t = useWords();
  const status = useApi('/api/v1/status').data;
  return (
    <Section title={t('about')}>
      <Facts
        of={[
          [t('version'), status ? `Darkroom ${status.version ?? ''}` : '…'],
          [t('default.model'), status?.default_model && <Link key="model" to={`/models/${encodeURIComponent(status.default_model)}`}>{status.default_model}</Link>],
          [t('slots'), status?.slots],
          [t('free'), status?.free_bytes !== undefined && <Bytes key="free" count={status.free_bytes} />],
          [t('api'), <a key="api" href="/docs" target="_blank" rel="noreferrer">/docs</a>],
        ]}
      />
    </Section>
  );
}
