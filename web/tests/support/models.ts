// Tiny models of every family, made by tests/models/make_models.py, for tests that add some.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import type { Server } from './server';

export class MadeModels {
  readonly folder = mkdtempSync(join(tmpdir(), 'darkroom-models-'));

  constructor() {
    execFileSync('/usr/bin/python3', ['-B', resolve(__dirname, '../../../tests/models/make_models.py'), this.folder]);
  }

  path(file: string): string {
    return join(this.folder, file);
  }

  read(file: string): Buffer {
    return readFileSync(this.path(file));
  }

  async add(server: Server, name: string, file: string): Promise<void> {
    const form = new FormData();
    form.set('file', new Blob([this.read(file) as BlobPart]), 'model.onnx');
    await server.api('PUT', `/api/v1/models/${name}`, form);
  }

  end(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
