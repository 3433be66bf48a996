import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';

import { ApiError } from '../../api/client';
import type { Schemas } from '../../api/client';
import { touch } from '../../api/hooks';
import { navigate } from '../../app/router';
import { useFormat } from '../../i18n';
import { Button, Dialog, ErrorNotice, Field, Notice, Progress, Switch, toast, useCommonWords } from '../../ui';
import { CandidateChoice } from './CandidateChoice';
import { DropZone } from './DropZone';
import { nameFrom, sendModel, sortFiles } from './sending';
import type { ModelFiles } from './sending';
import { addressOf, isModelName, useWords } from './words';
import type { Candidate } from './words';

type Step = { at: 'choose' } | { at: 'sending'; share: number } | { at: 'refused'; error: unknown } | { at: 'ambiguous'; version: string; candidates: readonly Candidate[] };

// Takes a model in: files, how far they are sent, what its trial said, and the choice where it can be read in more than one way.
export function AddModel({ dropped, fixedName, onClose }: { dropped: readonly File[]; fixedName?: string; onClose: () => void }) {
  const t = useWords();
  const common = useCommonWords();
  const format = useFormat();
  const client = useQueryClient();
  const [files, setFiles] = useState<ModelFiles>(() => sortFiles(dropped));
  const [typed, setTyped] = useState<string | null>(null);
  const [activate, setActivate] = useState(true);
  const [step, setStep] = useState<Step>({ at: 'choose' });
  const [picked, setPicked] = useState(0);
  const stop = useRef(new AbortController());
  useEffect(() => () => stop.current.abort(), []);

  const first = files.model ?? files.sidecar;
  const name = fixedName ?? typed ?? (first ? nameFrom(first.name) : '');
  const ambiguous = step.at === 'ambiguous' ? step : null;

  const send = async () => {
    const form = new FormData();
    if (ambiguous) {
      const candidate = ambiguous.candidates[picked]!;
      form.set('version', ambiguous.version);
      form.set('family', candidate.family);
      if (candidate.task) form.set('task', candidate.task);
    } else {
      // Small fields first, so that the server knows them when the file begins.
      if (files.labels) form.set('labels', files.labels);
      if (files.sidecar) form.set('sidecar', files.sidecar);
      if (files.model) form.set('file', files.model);
    }
    setStep({ at: 'sending', share: ambiguous ? 1 : 0 });
    stop.current = new AbortController();
    try {
      const sent = await sendModel(name, form, activate, (share) => setStep({ at: 'sending', share }), stop.current.signal);
      const version = sent.model.versions[0]?.version ?? '';
      toast(!sent.isNew && !ambiguous ? t('same') : t(activate ? 'added' : 'added.kept', { name, version }));
      onClose();
      navigate(addressOf(name));
    } catch (error) {
      if (error instanceof DOMException) return;
      const problem = error instanceof ApiError ? (error.problem as Schemas['ModelProblem'] | null) : null;
      setPicked(0);
      if (problem?.code === 'model_ambiguous' && problem.version && problem.candidates?.length) setStep({ at: 'ambiguous', version: problem.version, candidates: problem.candidates });
      else setStep({ at: 'refused', error });
    } finally {
      void touch(client, '/api/v1/models', '/api/v1/status', '/api/v1/workers');
    }
  };

  const good = isModelName(name);
  const isSending = step.at === 'sending';
  return (
    <Dialog
      title={ambiguous ? t('choose.title') : fixedName ? t('add.version.of', { name: fixedName }) : t('add')}
      wide={Boolean(ambiguous)}
      firm={isSending}
      onClose={onClose}
      onSubmit={() => void send()}
      actions={
        <>
          <Button onClick={onClose}>{common('cancel')}</Button>
          <Button type="submit" kind="primary" busy={isSending} disabled={!ambiguous && (!first || !good)}>
            {ambiguous ? t('choose.send') : t('send')}
          </Button>
        </>
      }
    >
      {/* Also beside the dialog, which would else be thrown away with what is in it. */}
      <DropZone onDrop={(more) => !isSending && !ambiguous && setFiles((before) => sortFiles(more, before))} />
      {ambiguous ? (
        <>
          <p className="soft">{t('choose.text')}</p>
          <CandidateChoice candidates={ambiguous.candidates} picked={picked} onPick={setPicked} />
        </>
      ) : (
        <>
          <FilePicker files={files} onChange={setFiles} disabled={isSending} />
          {!fixedName && (
            <Field label={t('name')} hint={t('name.hint')} fault={name && !good ? t('name.bad') : null}>
              <input value={name} onChange={(event) => setTyped(event.target.value)} disabled={isSending} required autoCapitalize="none" autoComplete="off" spellCheck={false} />
            </Field>
          )}
          <Switch label={t('activate.now')} checked={activate} onChange={setActivate} disabled={isSending} />
        </>
      )}
      <div aria-live="polite">
        {isSending && (
          <div className="stack">
            <Progress value={step.share < 1 ? step.share : null} label={t('sending', { percent: format.percent(step.share) })} />
            <p className="soft small">{step.share < 1 ? t('sending', { percent: format.percent(step.share) }) : t('trying')}</p>
          </div>
        )}
        {step.at === 'refused' && <ErrorNotice error={step.error} />}
      </div>
    </Dialog>
  );
}

function FilePicker({ files, onChange, disabled }: { files: ModelFiles; onChange: (files: ModelFiles) => void; disabled: boolean }) {
  const t = useWords();
  const format = useFormat();
  const take = (list: FileList | null) => onChange(sortFiles([...(list ?? [])], files));
  const shown = (['model', 'labels', 'sidecar'] as const).filter((part) => files[part]);
  return (
    <div className="models-files">
      <Field label={t('files.choose')} hint={t('files.hint')}>
        <input type="file" accept=".onnx,.toml,.txt,.names" multiple disabled={disabled} onChange={(event) => take(event.target.files)} />
      </Field>
      {shown.length ? (
        <ul>
          {shown.map((part) => (
            <li key={part} className="line">
              <span className="soft small">{t(`file.${part}`)}</span>
              <span>{files[part]!.name}</span>
              <span className="soft small number">{format.bytes(files[part]!.size)}</span>
            </li>
          ))}
        </ul>
      ) : (
        <Notice>{t('file.none')}</Notice>
      )}
    </div>
  );
}
