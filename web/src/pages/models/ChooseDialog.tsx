import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { touch } from '../../api/hooks';
import { ActDialog, toast } from '../../ui';
import { CandidateChoice } from './CandidateChoice';
import { sendModel } from './sending';
import { useWords } from './words';
import type { ModelVersion } from './words';

// How an ambiguous version that is here already is to be read.
export function ChooseDialog({ name, version, onClose }: { name: string; version: ModelVersion; onClose: () => void }) {
  const t = useWords();
  const client = useQueryClient();
  const [picked, setPicked] = useState(0);
  const send = async () => {
    const candidate = version.candidates[picked]!;
    const form = new FormData();
    form.set('version', version.version);
    form.set('family', candidate.family);
    if (candidate.task) form.set('task', candidate.task);
    try {
      const sent = await sendModel(name, form, true, () => undefined, new AbortController().signal);
      toast(t('added', { name, version: sent.model.version ?? '' }));
    } finally {
      void touch(client, '/api/v1/models', '/api/v1/status');
    }
  };
  return (
    <ActDialog title={t('choose.title')} confirm={t('choose.send')} wide onClose={onClose} onConfirm={send}>
      <p className="soft">{t('choose.text')}</p>
      <CandidateChoice candidates={version.candidates} picked={picked} onPick={setPicked} />
    </ActDialog>
  );
}
