import { useState } from 'react';

import type { Image } from '../../images/filter';
import { Icon } from '../../ui';

// The photo, small, in a place of its size from the start. One that cannot be shown has a sign instead.
export function Thumb({ image }: { image: Image }) {
  const [broken, setBroken] = useState(false);
  return (
    <span className="images-thumb">
      {broken ? <Icon name="images" /> : <img src={image.thumbnail_url} alt="" width={48} height={40} loading="lazy" decoding="async" onError={() => setBroken(true)} />}
    </span>
  );
}
