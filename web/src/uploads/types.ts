// What the queue of uploads holds.

export type UploadState =
  | 'waiting' // for its turn
  | 'sending'
  | 'again' // the connection or the server failed; it is tried again by itself
  | 'duplicate' // the same photo was sent before; it waits for a word
  | 'refused' // by the server, for a reason that stays
  | 'sent'; // it is an image

export interface Upload {
  id: string;
  batch: string; // of this page's, see Batch
  user: string;
  name: string;
  path: string; // within a dropped folder; else the name
  size: number;
  state: UploadState;
  sent: number; // bytes that the server has
  location: string | null; // of the upload at the server
  sha256: string | null;
  insist: boolean; // send it although it was sent before
  image: number | null; // once it is one, or the one that it is a duplicate of
  status: string | null; // of that image, as events tell it
  error: { code: string; detail: string; title: string; status: number } | null;
  addedAt: number;
  speed: number; // bytes a second, while it is being sent
}

export interface Batch {
  id: string;
  user: string;
  title: string;
  model: string | null; // null: the server's default
  priority: number;
  serverId: string | null; // of the batch at the server, once there is one
  sealed: boolean;
  count: number;
}

export interface Snapshot {
  uploads: readonly Upload[];
  paused: boolean;
  online: boolean;
  speed: number; // bytes a second of all
  durable: boolean; // false: the browser does not keep the files, so that they do not survive a reload
}
