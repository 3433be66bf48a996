import { useFormat } from '../../i18n';
import { Button, Progress } from '../../ui';
import { engine } from '../../uploads/engine';
import type { Upload } from '../../uploads/types';
import { useUploadWords } from '../../uploads/words';

const isOver = (upload: Upload) => upload.state === 'sent' || upload.state === 'refused' || upload.state === 'duplicate';

// All uploads as one.
export function Overall({ uploads, paused, online, speed }: { uploads: readonly Upload[]; paused: boolean; online: boolean; speed: number }) {
  const t = useUploadWords();
  const format = useFormat();
  const bytes = uploads.reduce((sum, each) => sum + each.size, 0);
  const sent = uploads.reduce((sum, each) => sum + (isOver(each) ? each.size : each.sent), 0);
  const done = uploads.filter((each) => each.state === 'sent').length;
  const over = uploads.filter(isOver);
  const refused = uploads.filter((each) => each.state === 'refused');
  const running = over.length < uploads.length;
  const count = done === uploads.length ? t('overall.all', { count: done }) : t('overall.done', { done: format.number(done), count: format.number(uploads.length) });
  return (
    <section className="upload-overall" aria-label={t('overall')}>
      <div className="upload-overall-line">
        <p>
          {running && <b className="upload-overall-count">{count} </b>}
          {/* Only what lasts is told to those who listen: the numbers change ten times a second. */}
          <span role="status">
            {!running && <b className="upload-overall-count">{count}</b>}
            {running && paused && <span className="soft">{t('overall.paused')}</span>}
            {running && !paused && !online && <span className="upload-again">{t('overall.again')}</span>}
          </span>
          {running && !paused && online && speed > 0 && <span className="soft number">{t('overall.speed', { speed: format.bytes(speed), time: format.duration(Math.max(1, (bytes - sent) / speed)) })}</span>}
        </p>
        <div className="upload-overall-actions">
          {refused.length > 0 && (
            <Button icon="retry" onClick={() => engine.retry(refused.map((each) => each.id))}>
              {t('retry.all', { count: refused.length })}
            </Button>
          )}
          {/* Those that cannot be used keep their place, so that nothing jumps. */}
          <Button icon={paused ? 'play' : 'pause'} data-away={!running || undefined} onClick={() => engine.pause(!paused)}>
            {t(paused ? 'resume' : 'pause')}
          </Button>
          <Button kind="quiet" data-away={over.length === 0 || undefined} onClick={() => engine.remove(over.map((each) => each.id))}>
            {t('clear')}
          </Button>
        </div>
      </div>
      <Progress value={bytes ? sent / bytes : 1} label={t('overall')} tone={running ? undefined : refused.length ? 'red' : 'green'} />
    </section>
  );
}
