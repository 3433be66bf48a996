import { useQueryString } from '../../app/router';
import { chosenLanguage } from '../../i18n';
import { Chip, Empty, ErrorNotice, Section, Switch, Table } from '../../ui';
import type { Tone } from '../../ui';
import { koreanKeys } from './koreanKeys';
import { useSettings } from './settings';
import type { Setting } from './settings';
import { useWords } from './words';

const tones: Record<Setting['origin'], Tone> = { default: 'grey', file: 'blue', environment: 'amber', flag: 'amber' };

const korean = (setting: Setting) => (chosenLanguage.get() === 'ko' && koreanKeys[setting.key]) || '';

function Description({ of }: { of: Setting }) {
  const words = korean(of);
  return (
    <p className="soft small" lang={words ? undefined : 'en'}>
      {words || of.description}
    </p>
  );
}

// The effective configuration with the origin of each value, to be read only.
export function Configuration() {
  const t = useWords();
  const [search, change] = useQueryString();
  const settings = useSettings();
  // A process that does not tell them has nothing to show here.
  if (settings.error?.status === 404) return null;
  const wanted = (search.get('search') ?? '').toLowerCase();
  const isChanged = search.get('set') === '1';
  const all = settings.data?.items;
  const shown = all?.filter((each) => (!isChanged || each.origin !== 'default') && `${each.key} ${each.description} ${korean(each)} ${each.environment}`.toLowerCase().includes(wanted));
  return (
    <>
      <Section title={t('config')} lead={t('config.lead')} flush>
        <div className="filters">
          <input className="input settings-search" type="search" aria-label={t('search')} placeholder={t('search')} value={search.get('search') ?? ''} onChange={(event) => change({ search: event.target.value })} />
          <Switch label={t('changed')} checked={isChanged} onChange={(on) => change({ set: on ? '1' : null })} />
          {all && shown && <span className="soft small">{t('count', { shown: shown.length, all: all.length })}</span>}
        </div>
        {settings.error && !settings.data && <ErrorNotice error={settings.error} onRetry={() => void settings.refetch()} />}
        <Table
          caption={t('config')}
          rows={shown}
          skeletons={8}
          keyOf={(each) => each.key}
          empty={<Empty icon="settings" title={t('none.title')} />}
          columns={[
            {
              key: 'key',
              title: t('key'),
              cell: (each) => (
                <div className="settings-key">
                  <span className="mono">{each.key}</span>
                  <Description of={each} />
                </div>
              ),
            },
            {
              key: 'value',
              title: t('value'),
              cell: (each) => (
                <span className="settings-value" title={t('allowed', { what: each.allowed })}>
                  {each.secret ? <span className="soft">{t(each.is_set ? 'secret.set' : 'secret.unset')}</span> : each.value === '' || each.value === null ? <span className="soft">{t('empty')}</span> : <span className="mono">{String(each.value)}</span>}
                </span>
              ),
            },
            {
              key: 'origin',
              title: t('origin'),
              className: 'wide-only',
              cell: (each) => (
                <span className="line">
                  <Chip tone={tones[each.origin]}>{t(`origin.${each.origin}`)}</Chip>
                  <span className="soft small mono settings-value">{each.origin_detail ?? each.environment}</span>
                </span>
              ),
            },
          ]}
        />
      </Section>
      {(settings.data?.sites.length ?? 0) > 0 && (
        <Section title={t('sites')} lead={t('sites.lead')} flush>
          <Table
            caption={t('sites')}
            rows={settings.data?.sites}
            keyOf={(site) => site.name}
            columns={[
              { key: 'name', title: t('site.name'), cell: (site) => site.name },
              { key: 'callback', title: t('site.callback'), cell: (site) => <span className="mono settings-value">{site.callback}</span> },
              { key: 'format', title: t('site.format'), cell: (site) => site.format },
              { key: 'secret', title: t('site.secret'), cell: (site) => t(site.has_own_secret ? 'site.own' : 'site.derived') },
            ]}
          />
        </Section>
      )}
    </>
  );
}
