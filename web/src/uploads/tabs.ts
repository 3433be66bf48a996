// What the tabs of a browser tell each other: the one that sends (see lead.ts) how far it is, the others what is to be sent and done.
import type { Batch, Upload } from './types';

export interface State {
  kind: 'state';
  all: boolean; // there are no others than these; else these have changed
  uploads: Upload[];
  removed: string[];
  batches: Batch[];
  paused: boolean;
  online: boolean;
  speed: number;
}

export type Told =
  | State
  | { kind: 'hello' } // of a tab that wants to know how things stand
  | { kind: 'added'; uploads: Upload[]; files: Blob[]; batch: Batch } // without the files where they are kept
  | { kind: 'retry' | 'remove'; ids: readonly string[] }
  | { kind: 'pause'; paused: boolean };

export class Tabs {
  private readonly channel: BroadcastChannel;

  constructor(name: string, hear: (told: Told) => void) {
    this.channel = new BroadcastChannel(name);
    this.channel.onmessage = (event) => hear(event.data as Told);
  }

  tell(told: Told): void {
    this.channel.postMessage(told);
  }

  close(): void {
    this.channel.close();
  }
}
