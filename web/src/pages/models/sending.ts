// Sends a model with progress, which fetch does not tell of.
import { ApiError, commonHeaders } from '../../api/client';
import type { Problem, Schemas } from '../../api/client';

export interface ModelFiles {
  model: File | null;
  labels: File | null;
  sidecar: File | null;
}

// By their names: x.onnx, x.toml, and any text beside them.
export function sortFiles(files: readonly File[], before: ModelFiles = { model: null, labels: null, sidecar: null }): ModelFiles {
  const sorted = { ...before };
  for (const file of files) {
    const name = file.name.toLowerCase();
    if (name.endsWith('.onnx')) sorted.model = file;
    else if (name.endsWith('.toml')) sorted.sidecar = file;
    else if (name.endsWith('.txt') || name.endsWith('.names')) sorted.labels = file;
  }
  return sorted;
}

// helmets_v2.onnx: helmets_v2
export const nameFrom = (file: string): string =>
  file
    .toLowerCase()
    .replace(/\.(onnx|toml)$/, '')
    .replace(/[^a-z0-9_.-]+/g, '-')
    .replace(/^[^a-z0-9]+|[-.]+$/g, '');

export interface Sent {
  model: Schemas['ModelDetails'];
  isNew: boolean;
}

export function sendModel(name: string, form: FormData, activate: boolean, onProgress: (share: number) => void, signal: AbortSignal): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', `/api/v1/models/${encodeURIComponent(name)}${activate ? '' : '?activate=false'}`);
    for (const [header, value] of Object.entries(commonHeaders('PUT'))) request.setRequestHeader(header, value);
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onerror = () => reject(new ApiError('offline', 0, '', ''));
    request.onabort = () => reject(new DOMException('', 'AbortError'));
    request.onload = () => {
      let answer: unknown = null;
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        // a proxy's page
      }
      if (request.status < 300 && answer) return resolve({ model: (answer as Schemas['ModelAnswer']).model, isNew: request.status === 201 });
      const problem = answer as Problem | null;
      reject(problem?.code ? new ApiError(problem.code, request.status, problem.title, problem.detail, problem) : new ApiError('unexpected', request.status, '', ''));
    };
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(form);
  });
}
