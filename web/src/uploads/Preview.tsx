// A small upright picture of a photo that is not sent yet, made in this browser when it comes into view.
import { useEffect, useRef, useState } from 'react';

import { Icon } from '../ui';
import { engine } from './engine';

const width = 96;
const height = 80;
const atOnce = 2;

let running = 0;
const waiting: (() => Promise<void>)[] = [];

function next(): void {
  while (running < atOnce) {
    const task = waiting.shift();
    if (!task) return;
    running += 1;
    void task().finally(() => {
      running -= 1;
      next();
    });
  }
}

async function draw(canvas: HTMLCanvasElement, file: Blob): Promise<void> {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const scale = Math.max(width / bitmap.width, height / bitmap.height);
  const context = canvas.getContext('2d');
  if (!context) return;
  context.imageSmoothingQuality = 'medium';
  context.drawImage(bitmap, (width - bitmap.width * scale) / 2, (height - bitmap.height * scale) / 2, bitmap.width * scale, bitmap.height * scale);
  bitmap.close();
}

export function Preview({ id, image }: { id: string; image: number | null }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [state, setState] = useState<'no' | 'drawn' | 'broken' | 'none'>('no');

  useEffect(() => {
    const element = canvas.current;
    if (!element || state !== 'no') return;
    // Taken now: it may be sent, and gone, before it comes into view.
    const reading = engine.fileOf(id);
    const task = async () => {
      const file = await reading;
      if (!file) return setState('broken');
      await draw(element, file).then(
        () => setState('drawn'),
        () => setState('broken'),
      );
    };
    const watch = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      watch.disconnect();
      waiting.push(task);
      next();
    });
    watch.observe(element);
    return () => watch.disconnect();
  }, [id, state]);

  if (state === 'broken' && image !== null) return <img className="upload-thumb" src={`/api/v1/images/${image}/thumbnail`} alt="" width={48} height={40} loading="lazy" onError={() => setState('none')} />;
  if (state === 'broken' || state === 'none') {
    return (
      <span className="upload-thumb">
        <Icon name="images" />
      </span>
    );
  }
  return <canvas ref={canvas} className="upload-thumb" width={width} height={height} aria-hidden="true" />;
}
