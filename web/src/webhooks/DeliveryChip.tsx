// What became of a delivery so far.
import { Chip } from '../ui';
import { stateSigns, useWords } from './words';
import type { Delivery } from './words';

export function DeliveryChip({ of }: { of: Delivery }) {
  const t = useWords();
  const [tone, sign] = stateSigns[of.state];
  return (
    <Chip tone={tone} sign={sign}>
      {t(`delivery.${of.state}`)}
    </Chip>
  );
}
