// A photo that can be zoomed and moved by wheel, drag, pinch, double click and keys. What lies over it is given the photo's place on the screen.
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { KeyboardEvent, PointerEvent, ReactNode } from 'react';

import { clamped, lieOf, pannedBy, whole, zoomedAt } from './geometry';
import type { Lie, Size, View } from './geometry';

export interface StageProps {
  src: string;
  label: string; // what it is, for those who do not see it
  photo: Size; // the upright photo, in whose pixels everything is measured
  view: View;
  onView: (view: View) => void;
  onFrame?: (frame: Size) => void;
  onBroken?: () => void;
  onNatural?: ((size: Size) => void) | undefined; // the size of the picture that came
  children?: (lie: Lie) => ReactNode;
}

const step = 1.3; // of the zoom keys
const stride = 60; // pixels, of the arrow keys

export function Stage({ src, label, photo, view, onView, onFrame, onBroken, onNatural, children }: StageProps) {
  const ref = useRef<HTMLDivElement>(null);
  const [frame, setFrame] = useState<Size | null>(null);
  const [loaded, setLoaded] = useState<string | null>(null);
  const pointers = useRef(new Map<number, { x: number; y: number }>());
  const now = useRef({ view, frame, photo });
  now.current = { view, frame, photo };

  useLayoutEffect(() => {
    const element = ref.current!;
    const measure = () => {
      if (!element.clientWidth || !element.clientHeight) return; // not laid out
      const size = { width: element.clientWidth, height: element.clientHeight };
      setFrame(size);
      onFrame?.(size);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [onFrame]);

  const change = useCallback((make: (view: View, frame: Size, photo: Size) => View) => {
    const { view: from, frame: room, photo: size } = now.current;
    if (!room) return;
    const next = make(clamped(from, room, size), room, size);
    now.current.view = next;
    onView(next);
  }, [onView]);

  const pointIn = (event: { clientX: number; clientY: number }) => {
    const box = ref.current!.getBoundingClientRect();
    return { x: event.clientX - box.left - ref.current!.clientLeft, y: event.clientY - box.top - ref.current!.clientTop };
  };

  // React's own wheel listener may not keep the page from scrolling. Zooming out of the whole photo is left to the page.
  useEffect(() => {
    const element = ref.current!;
    const wheel = (event: WheelEvent) => {
      if (event.deltaY > 0 && now.current.view.zoom <= 1) return;
      event.preventDefault();
      const pixels = event.deltaY * (event.deltaMode === 1 ? 30 : 1);
      const at = pointIn(event);
      change((from, room, size) => zoomedAt(from, Math.exp(-pixels / 350), at, room, size));
    };
    element.addEventListener('wheel', wheel, { passive: false });
    return () => element.removeEventListener('wheel', wheel);
  }, [change]);

  const down = (event: PointerEvent) => {
    if (event.button !== 0) return;
    pointers.current.set(event.pointerId, pointIn(event));
    if (now.current.view.zoom > 1 || pointers.current.size > 1) ref.current!.setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent) => {
    const before = pointers.current.get(event.pointerId);
    if (!before) return;
    const at = pointIn(event);
    const other = [...pointers.current].find(([id]) => id !== event.pointerId)?.[1];
    pointers.current.set(event.pointerId, at);
    if (!other) return change((from, room, size) => pannedBy(from, at.x - before.x, at.y - before.y, room, size));
    const apart = (a: { x: number; y: number }) => Math.max(1, Math.hypot(a.x - other.x, a.y - other.y));
    const middle = { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 };
    change((from, room, size) => pannedBy(zoomedAt(from, apart(at) / apart(before), middle, room, size), (at.x - before.x) / 2, (at.y - before.y) / 2, room, size));
  };
  const up = (event: PointerEvent) => void pointers.current.delete(event.pointerId);

  const key = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const middle = (room: Size) => ({ x: room.width / 2, y: room.height / 2 });
    const does: Record<string, (from: View, room: Size, size: Size) => View> = {
      '+': (from, room, size) => zoomedAt(from, step, middle(room), room, size),
      '=': (from, room, size) => zoomedAt(from, step, middle(room), room, size),
      '-': (from, room, size) => zoomedAt(from, 1 / step, middle(room), room, size),
      '0': () => whole,
      ArrowLeft: (from, room, size) => pannedBy(from, stride, 0, room, size),
      ArrowRight: (from, room, size) => pannedBy(from, -stride, 0, room, size),
      ArrowUp: (from, room, size) => pannedBy(from, 0, stride, room, size),
      ArrowDown: (from, room, size) => pannedBy(from, 0, -stride, room, size),
    };
    const act = does[event.key];
    if (!act || (event.key.startsWith('Arrow') && now.current.view.zoom <= 1)) return;
    event.preventDefault();
    change(act);
  };

  const lie = frame && lieOf(clamped(view, frame, photo), frame, photo);
  const place = lie && { left: lie.left, top: lie.top, width: photo.width * lie.scale, height: photo.height * lie.scale };
  return (
    <div
      ref={ref}
      className="image-stage"
      role="group"
      aria-label={label}
      tabIndex={0}
      data-zoomed={view.zoom > 1 || undefined}
      onKeyDown={key}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={up}
      onDoubleClick={(event) => {
        const at = pointIn(event);
        change((from, room, size) => (from.zoom > 1.01 ? whole : zoomedAt(from, 3, at, room, size)));
      }}
    >
      {place && (
        <>
          <div className={`image-photo ${loaded === src ? '' : 'skeleton'}`} style={place}>
            <img
              src={src}
              alt=""
              draggable={false}
              onLoad={({ currentTarget: picture }) => {
                setLoaded(src);
                onNatural?.({ width: picture.naturalWidth, height: picture.naturalHeight });
              }}
              onError={onBroken}
            />
          </div>
          {children?.(lie)}
        </>
      )}
    </div>
  );
}
