import type { Schemas } from '../../api/client';
import { useFormat } from '../../i18n';
import { Chip, Facts, Section, Table } from '../../ui';
import type { Tone } from '../../ui';
import { useWords } from './words';

type Report = Schemas['ModelReport'];
type Line = Report['evidence'][number];
type Origin = 'file' | 'probe' | 'metadata' | 'convention' | 'owner';

const tones: Record<Origin, Tone> = { file: 'green', probe: 'green', metadata: 'green', convention: 'amber', owner: 'blue' };

// The first part of what it was concluded from says where it comes from.
function originOf({ reasons }: Line): Origin {
  const code = reasons[0]?.code ?? '';
  if (code === 'convention' || code === 'customary_size') return 'convention';
  if (code === 'owner_says') return 'owner';
  if (code.startsWith('metadata')) return 'metadata';
  return reasons.some((reason) => reason.code.startsWith('probe')) ? 'probe' : 'file';
}

// What the numbers by which pixels are scaled come to.
function scaling(deviation: string): 'scale.unit' | 'scale.bytes' | 'scale.sign' {
  const first = Number(deviation.split(',')[0]);
  if (first === 1) return 'scale.bytes';
  return first >= 250 ? 'scale.unit' : 'scale.sign';
}

// Every field of the recipe with what it was concluded from.
export function Evidence({ report }: { report: Report }) {
  const t = useWords();
  const format = useFormat();
  // The task rests on the same as the family; it is not said twice.
  const lines = report.evidence.map((line, index, all) => (line.about === 'task' && all[index - 1]?.because === line.because ? { ...line, because: '↑' } : line));
  const isDetector = ['detect', 'segment', 'pose', 'obb'].includes(report.recipe.task ?? '');
  return (
    <>
      <Section title={t('evidence')} lead={t('evidence.lead')} flush>
        <Table
          caption={t('evidence')}
          rows={lines}
          keyOf={(line) => line.about}
          columns={[
            { key: 'about', title: t('about'), cell: (line) => t.maybe(`about.${line.about}`) ?? line.about },
            {
              key: 'value',
              title: t('value'),
              cell: (line) => (
                <span className="models-value">
                  <span className="mono">{line.value}</span>
                  {line.about === 'deviation' && <span className="soft small">{t(scaling(line.value))}</span>}
                </span>
              ),
            },
            {
              key: 'because',
              title: t('because'),
              cell: (line) =>
                line.because === '↑' ? (
                  <span className="soft" aria-hidden="true">
                    ↑
                  </span>
                ) : (
                  <div className="models-because">
                    <Chip tone={tones[originOf(line)]}>{t(`from.${originOf(line)}`)}</Chip>
                    <span className="soft small">{line.because}</span>
                  </div>
                ),
            },
          ]}
        />
      </Section>
      <Section title={t('tensors')}>
        <Facts
          of={[
            [t('inputs'), <Lines key="in" of={report.inputs} />],
            [t('outputs'), <Lines key="out" of={report.outputs} />],
            [t('about.nms'), isDetector && t(report.recipe.nms_iou === undefined ? 'nms.inside' : 'nms.ours')],
            [t('load'), <span key="load" className="number">{format.duration(report.load_us / 1e6)}</span>],
            [t('speed'), <span key="run" className="number">{format.duration(report.run_us / 1e6)}</span>],
            [t('metadata'), Object.keys(report.metadata).length > 0 && <Lines key="metadata" of={Object.entries(report.metadata).map(([name, value]) => `${name} = ${String(value)}`)} />],
          ]}
        />
      </Section>
    </>
  );
}

const Lines = ({ of }: { of: readonly string[] }) => (
  <ul>
    {of.map((line) => (
      <li key={line} className="mono">
        {line}
      </li>
    ))}
  </ul>
);
