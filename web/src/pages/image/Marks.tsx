// What was found, drawn over the photo: masks on canvases, boxes, corners and keypoints as SVG in the photo's own pixels, labels as text of one size.
import { memo, useEffect, useRef } from 'react';

import { areaOf, cellsOf } from './finds';
import type { Find, Mask } from './finds';
import type { Lie, Size } from './geometry';

export interface Mark {
  find: Find;
  colour: string;
  note?: string; // instead of the class and its score
  dashed?: boolean;
  faded?: boolean;
}

export interface MarksProps {
  photo: Size;
  lie: Lie;
  marks: readonly Mark[];
  areas?: readonly { id: string; mask: Mask; colour: string }[]; // masks of regions
  active: number | null;
  onActive: (id: number | null) => void;
  onChoose?: (id: number) => void;
  labels: boolean;
  say: (find: Find) => string;
}

// Joints of the 17 points of COCO.
const limbs = [[5, 7], [7, 9], [6, 8], [8, 10], [5, 6], [5, 11], [6, 12], [11, 12], [11, 13], [13, 15], [12, 14], [14, 16], [0, 1], [0, 2], [1, 3], [2, 4]] as const;
const few = 12; // things that all have a label, however small
const leastPoint = 0.3; // below, a keypoint is a guess

const MaskCanvas = memo(function MaskCanvas({ mask, colour, photo }: { mask: Mask; colour: string; photo: Size }) {
  const ref = useRef<HTMLCanvasElement>(null);
  const [width, height] = mask.size as [number, number];
  useEffect(() => {
    const context = ref.current?.getContext('2d');
    if (!context) return;
    const cells = cellsOf(mask);
    const picture = context.createImageData(width, height);
    const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)) as [number, number, number];
    cells.forEach((inside, index) => {
      if (inside) picture.data.set([red, green, blue, 255], index * 4);
    });
    context.putImageData(picture, 0, 0);
  }, [mask, colour, width, height]);
  const [x1, y1, x2, y2] = mask.bbox as [number, number, number, number];
  const share = (value: number, of: number) => `${(100 * value) / of}%`;
  return (
    <canvas
      ref={ref}
      className="image-mask"
      width={width}
      height={height}
      style={{ left: share(x1, photo.width), top: share(y1, photo.height), width: share(x2 - x1, photo.width), height: share(y2 - y1, photo.height) }}
    />
  );
});

function Shape({ find, scale }: { find: Find; scale: number }) {
  const [x1, y1, x2, y2] = find.box;
  const points = find.corners ? [0, 2, 4, 6].map((at) => `${find.corners![at]},${find.corners![at + 1]}`).join(' ') : null;
  const dots = find.keypoints?.map((point) => (point.confidence === null || point.confidence >= leastPoint ? point : null));
  return (
    <>
      {points ? <polygon points={points} /> : <rect x={x1} y={y1} width={Math.max(0, x2 - x1)} height={Math.max(0, y2 - y1)} rx={2 / scale} />}
      {dots?.length === 17 && limbs.map(([from, to]) => dots[from] && dots[to] && <line key={`${from}-${to}`} x1={dots[from]!.x} y1={dots[from]!.y} x2={dots[to]!.x} y2={dots[to]!.y} />)}
      {dots?.map((dot, index) => dot && <circle key={index} cx={dot.x} cy={dot.y} r={3.5 / scale} />)}
    </>
  );
}

export function Marks({ photo, lie, marks, areas, active, onActive, onChoose, labels, say }: MarksProps) {
  // Small things lie over large ones, so that one can point at both.
  const drawn = [...marks].sort((a, b) => areaOf(b.find.box) - areaOf(a.find.box));
  const place = { left: lie.left, top: lie.top, width: photo.width * lie.scale, height: photo.height * lie.scale };
  return (
    <div className="image-marks" style={place} aria-hidden="true" data-active={active !== null || undefined}>
      {areas?.map(({ id, mask, colour }) => <MaskCanvas key={id} mask={mask} colour={colour} photo={photo} />)}
      {drawn.map(({ find, colour }) => find.mask && <MaskCanvas key={`mask-${find.id}`} mask={find.mask} colour={colour} photo={photo} />)}
      <svg viewBox={`0 0 ${photo.width} ${photo.height}`} preserveAspectRatio="none">
        {drawn.map(({ find, colour, dashed, faded }) => (
          <g
            key={`${find.id}-${colour}`}
            className="image-mark"
            data-find={find.id}
            data-active={active === find.id || undefined}
            data-dashed={dashed || undefined}
            data-faded={faded || undefined}
            style={{ stroke: colour, ['--mark' as string]: colour }}
            onPointerEnter={() => onActive(find.id)}
            onPointerLeave={() => onActive(null)}
            onClick={() => onChoose?.(find.id)}
          >
            <Shape find={find} scale={lie.scale} />
          </g>
        ))}
      </svg>
      {drawn.map(({ find, colour, note }) => {
        const isActive = active === find.id;
        const room = (find.box[2] - find.box[0]) * lie.scale;
        if (!isActive && (!labels || (room < 28 && drawn.length > few))) return null;
        const below = find.box[1] * lie.scale < 18 && lie.top + find.box[1] * lie.scale < 18;
        return (
          <span
            key={`label-${find.id}-${colour}`}
            className="image-label"
            data-active={isActive || undefined}
            data-below={below || undefined}
            style={{ left: `${(100 * Math.min(photo.width, Math.max(0, find.box[0]))) / photo.width}%`, top: `${(100 * Math.min(photo.height, Math.max(0, find.box[1]))) / photo.height}%`, background: colour }}
          >
            {note ?? say(find)}
          </span>
        );
      })}
    </div>
  );
}
