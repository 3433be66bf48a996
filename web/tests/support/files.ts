// Files as a person gives them to the page: chosen in the browser's dialog, or dropped.
import type { JSHandle, Page } from 'playwright-core';

import { photo } from './photos';

export interface GivenFile {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

export const jpeg = (name: string, buffer = photo()): GivenFile => ({ name, mimeType: 'image/jpeg', buffer });

export const jpegs = (count: number, name: string): GivenFile[] => Array.from({ length: count }, (_, number) => jpeg(`${name}${number}.jpg`));

export const choose = (page: Page, files: GivenFile[]): Promise<void> => page.locator('input[type="file"]:not([webkitdirectory])').setInputFiles(files);

// What is dragged, for events of drag and drop.
export const transferOf = (page: Page, files: { name: string; buffer: Buffer }[]): Promise<JSHandle<DataTransfer>> =>
  page.evaluateHandle(
    (given) => {
      const transfer = new DataTransfer();
      for (const { name, text } of given) {
        const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
        transfer.items.add(new File([bytes], name, { type: name.endsWith('.jpg') ? 'image/jpeg' : '' }));
      }
      return transfer;
    },
    files.map(({ name, buffer }) => ({ name, text: buffer.toString('base64') })),
  );
