// A small chart of values over time: bars that stand on each other, or lines. Who points at it sees the numbers of that moment.
import { useState } from 'react';
import type { PointerEvent } from 'react';

export interface Track {
  name: string;
  colour: string; // a CSS variable's name
  values: readonly (number | null)[];
}

export interface ChartProps {
  title: string;
  kind: 'bars' | 'lines';
  tracks: readonly Track[];
  times: readonly string[]; // in words
  say: (value: number) => string;
  round?: (values: readonly number[]) => number; // where the axis ends
}

const height = 100; // of the drawing, in its own units

// A round number at or above the largest value.
export function topOf(values: readonly number[]): number {
  const most = Math.max(0, ...values);
  if (most <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return ([1, 2, 2.5, 5, 10].find((step) => step * power >= most) ?? 10) * power;
}

const minute = 60;
const hour = 3600;
const day = 86_400;
const roundTimes = [15, 30, minute, 2 * minute, 5 * minute, 10 * minute, 20 * minute, 30 * minute, hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour, day]; // seconds

// The same for seconds, round in the unit in which people say them: 2 min and not 1 min 40 s.
export function topOfTimes(values: readonly number[]): number {
  const most = Math.max(0, ...values);
  if (most <= 10) return topOf(values);
  return roundTimes.find((time) => time >= most) ?? day * topOf([most / day]);
}

// A value between two that nobody knows is a dash, as wide as a bar.
export function pathOf(values: readonly (number | null)[], top: number, width: number): string {
  const knows = (index: number) => typeof values[index] === 'number';
  const x = (place: number) => (place * width) / values.length;
  return values
    .map((value, index) => {
      if (value === null) return '';
      const y = height - (value / top) * height;
      if (!knows(index - 1) && !knows(index + 1)) return `M${x(index + 0.12)},${y}L${x(index + 0.88)},${y}`;
      return `${knows(index - 1) ? 'L' : 'M'}${x(index + 0.5)},${y}`;
    })
    .join('');
}

export function Chart({ title, kind, tracks, times, say, round = topOf }: ChartProps) {
  const [at, setAt] = useState<number | null>(null);
  const count = times.length;
  const width = Math.max(1, count);
  const totals = kind === 'bars' ? times.map((_, index) => tracks.reduce((sum, track) => sum + (track.values[index] ?? 0), 0)) : tracks.flatMap((track) => track.values.filter((value): value is number => value !== null));
  const top = round(totals);
  const point = (event: PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    setAt(Math.min(count - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * count))));
  };
  const floor = (index: number, upTo: number) => tracks.slice(0, upTo).reduce((sum, track) => sum + (track.values[index] ?? 0), 0);
  return (
    <figure className="queues-chart">
      <figcaption>
        <b>{title}</b>
        <span className="queues-legend">
          {tracks.map((track) => (
            <span key={track.name} style={{ ['--track' as string]: `var(${track.colour})` }}>
              {track.name}
              {at !== null && <b className="number"> {track.values[at] === null || track.values[at] === undefined ? '–' : say(track.values[at]!)}</b>}
            </span>
          ))}
        </span>
      </figcaption>
      <div className="queues-plot" onPointerMove={point} onPointerLeave={() => setAt(null)}>
        <span className="queues-top soft number">{totals.some((value) => value > 0) && say(top)}</span>
        <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
          <line className="queues-grid" x1={0} x2={width} y1={0.5} y2={0.5} />
          <line className="queues-grid" x1={0} x2={width} y1={height / 2} y2={height / 2} />
          <line className="queues-grid" x1={0} x2={width} y1={height - 0.5} y2={height - 0.5} />
          {at !== null && <rect className="queues-cursor" x={at} y={0} width={1} height={height} />}
          {kind === 'bars'
            ? tracks.map((track, order) =>
                track.values.map((value, index) => {
                  const from = (floor(index, order) / top) * height;
                  const size = ((value ?? 0) / top) * height;
                  return size > 0 && <rect key={`${order}-${index}`} x={index + 0.12} y={height - from - size} width={0.76} height={size} fill={`var(${track.colour})`} />;
                }),
              )
            : tracks.map((track) => <path key={track.name} d={pathOf(track.values, top, width)} stroke={`var(${track.colour})`} />)}
        </svg>
      </div>
      <div className="queues-axis soft number">
        <span>{times[0]}</span>
        <span>{at === null ? '' : times[at]}</span>
        <span>{times[count - 1]}</span>
      </div>
    </figure>
  );
}
