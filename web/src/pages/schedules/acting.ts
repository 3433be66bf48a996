// What can be done to a schedule, with a way back.
import { call } from '../../api/client';
import { useChange } from '../../api/hooks';
import { toast, toastError } from '../../ui';
import { ruleOf, useWords } from './words';
import type { Schedule } from './words';

export function useScheduleActs() {
  const t = useWords();
  const run = useChange((name: string) => call('post', '/api/v1/schedules/{name}/run', { path: { name } }), '/api/v1/schedules', '/api/v1/jobs');
  const pause = useChange((name: string) => call('post', '/api/v1/schedules/{name}/pause', { path: { name } }), '/api/v1/schedules');
  const resume = useChange((name: string) => call('post', '/api/v1/schedules/{name}/resume', { path: { name } }), '/api/v1/schedules');
  const remove = useChange((name: string) => call('delete', '/api/v1/schedules/{name}', { path: { name } }), '/api/v1/schedules');
  const put = useChange((schedule: Schedule) => call('put', '/api/v1/schedules/{name}', { path: { name: schedule.name }, body: ruleOf(schedule) }), '/api/v1/schedules');
  const back = (work: Promise<unknown>) => void work.catch(toastError);
  return {
    busy: run.isPending || pause.isPending || resume.isPending || remove.isPending,
    run: (name: string) => run.mutate(name, { onSuccess: () => toast(t('ran')), onError: toastError }),
    pause: (name: string) => pause.mutate(name, { onSuccess: () => toast(t('paused', { name }), { undo: () => back(resume.mutateAsync(name)) }), onError: toastError }),
    resume: (name: string) => resume.mutate(name, { onSuccess: () => toast(t('resumed', { name }), { undo: () => back(pause.mutateAsync(name)) }), onError: toastError }),
    // It can be made again from what is known of it.
    remove: async (schedule: Schedule) => {
      try {
        await remove.mutateAsync(schedule.name);
        toast(t('deleted', { name: schedule.name }), { undo: () => back(put.mutateAsync(schedule)) });
        return true;
      } catch (error) {
        toastError(error);
        return false;
      }
    },
  };
}
