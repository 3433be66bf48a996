// How the photo lies in its frame. Pure. A view says what part is looked at, free of the frame's size, so that two frames can share one.
export interface View {
  zoom: number; // 1: the whole photo fits
  x: number; // the middle of what is seen, as a share of the photo's width and height
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface Lie {
  scale: number; // pixels of the screen for one of the photo
  left: number;
  top: number;
}

export const whole: View = { zoom: 1, x: 0.5, y: 0.5 };
export const mostZoom = 24;
const mostEnlarged = 3; // a small photo is not blown up more than so to fill its frame

export const fitScale = (frame: Size, photo: Size): number => Math.min(frame.width / photo.width, frame.height / photo.height, mostEnlarged);

// Nothing beside the photo is looked at while the photo is larger than its frame.
export function clamped(view: View, frame: Size, photo: Size): View {
  const zoom = Math.min(mostZoom, Math.max(1, view.zoom));
  const scale = fitScale(frame, photo) * zoom;
  const within = (middle: number, room: number, length: number) => {
    const half = room / (2 * length * scale);
    return half >= 0.5 ? 0.5 : Math.min(1 - half, Math.max(half, middle));
  };
  return { zoom, x: within(view.x, frame.width, photo.width), y: within(view.y, frame.height, photo.height) };
}

export function lieOf(view: View, frame: Size, photo: Size): Lie {
  const scale = fitScale(frame, photo) * view.zoom;
  return { scale, left: frame.width / 2 - view.x * photo.width * scale, top: frame.height / 2 - view.y * photo.height * scale };
}

// The spot of the photo under this point of the frame stays there.
export function zoomedAt(view: View, factor: number, at: { x: number; y: number }, frame: Size, photo: Size): View {
  const before = lieOf(view, frame, photo);
  const zoom = Math.min(mostZoom, Math.max(1, view.zoom * factor));
  const scale = fitScale(frame, photo) * zoom;
  const spotX = (at.x - before.left) / before.scale;
  const spotY = (at.y - before.top) / before.scale;
  return clamped({ zoom, x: (spotX + (frame.width / 2 - at.x) / scale) / photo.width, y: (spotY + (frame.height / 2 - at.y) / scale) / photo.height }, frame, photo);
}

export function pannedBy(view: View, dx: number, dy: number, frame: Size, photo: Size): View {
  const { scale } = lieOf(view, frame, photo);
  return clamped({ ...view, x: view.x - dx / (photo.width * scale), y: view.y - dy / (photo.height * scale) }, frame, photo);
}

// A box of the photo comes into view, as large as fits with some room around it.
export function viewOn([x1, y1, x2, y2]: readonly number[], frame: Size, photo: Size): View {
  const width = Math.max(1, x2! - x1!);
  const height = Math.max(1, y2! - y1!);
  const zoom = Math.min(8, (0.5 * Math.min(frame.width / width, frame.height / height)) / fitScale(frame, photo));
  return clamped({ zoom, x: (x1! + x2!) / 2 / photo.width, y: (y1! + y2!) / 2 / photo.height }, frame, photo);
}
