import './style.css';

import { useFormat } from '../i18n';
import { Progress } from '../ui';
import { useWords } from './words';
import type { User } from './words';

// How much room somebody's photos take, and of how much.
export function Storage({ of: { bytes_used: used, byte_quota: quota } }: { of: Pick<User, 'bytes_used' | 'byte_quota'> }) {
  const t = useWords();
  const format = useFormat();
  const text = quota === null ? t('used', { used: format.bytes(used) }) : t('used.of', { used: format.bytes(used), quota: format.bytes(quota) });
  return (
    <div className="users-storage">
      <span className="number">{text}</span>
      {quota !== null && <Progress value={quota ? used / quota : 1} label={text} tone={used >= quota ? 'red' : undefined} />}
    </div>
  );
}
