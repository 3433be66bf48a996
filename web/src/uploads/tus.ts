// One upload by the tus protocol 1.0.0: begin it, ask how far it is, send a piece.
import { ApiError, commonHeaders, send } from '../api/client';
import type { Problem } from '../api/client';

const address = '/api/v1/uploads';
const version = { 'Tus-Resumable': '1.0.0' };

const base64 = (text: string) => {
  let binary = '';
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
};

export function metadataOf(fields: Record<string, string>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name} ${base64(value)}`)
    .join(',');
}

export async function begin(length: number, fields: Record<string, string>, signal: AbortSignal): Promise<string> {
  const answer = await send('POST', address, { headers: { ...version, 'Upload-Length': String(length), 'Upload-Metadata': metadataOf(fields) }, signal });
  const location = answer.headers.get('Location');
  if (!location) throw new ApiError('unexpected', answer.status, '', '');
  return location;
}

export interface Reached {
  offset: number;
  image: number | null;
}

const reachedBy = (header: (name: string) => string | null): Reached => ({ offset: Number(header('Upload-Offset')), image: Number(header('Darkroom-Image')) || null });

export async function ask(location: string, signal: AbortSignal): Promise<Reached> {
  const answer = await send('HEAD', location, { headers: version, signal });
  return reachedBy((name) => answer.headers.get(name));
}

export const unknown: Reached = { offset: -1, image: null }; // the server knows nothing of it, or not any more

export async function askFor(location: string, signal: AbortSignal): Promise<Reached> {
  try {
    return await ask(location, signal);
  } catch (cause) {
    if (cause instanceof ApiError && cause.status === 404) return unknown;
    throw cause;
  }
}

const pieceSize = 4 * 1024 * 1024; // what a broken connection costs at most

// Sends what is left of it in pieces, and returns the image that it has become. It tells how far it is, what has gone since it told the last time, and how fast this piece goes.
export async function sendFrom(location: string, file: Blob, from: number, signal: AbortSignal, tell: (reached: number, bytes: number, speed: number) => void): Promise<number> {
  let reached: Reached = { offset: from, image: null };
  for (;;) {
    const { offset } = reached;
    const began = performance.now();
    let counted = 0;
    const piece = file.slice(offset, offset + pieceSize);
    const count = (bytes: number) => {
      tell(offset + Math.min(bytes, piece.size), bytes - counted, (bytes * 1000) / Math.max(1, performance.now() - began));
      counted = bytes;
    };
    reached = await sendPiece(location, offset, piece, signal, count);
    count(piece.size);
    if (reached.image === null && reached.offset >= file.size) reached = await ask(location, signal);
    if (reached.image !== null) return reached.image;
  }
}

export const giveUp = (location: string) => send('DELETE', location, { headers: version });

// By XMLHttpRequest, which tells how much has left; fetch does not.
export function sendPiece(location: string, offset: number, piece: Blob, signal: AbortSignal, onProgress: (bytes: number) => void): Promise<Reached> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted(); // a request that was not sent yet tells nobody that it is aborted
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    const end = (act: () => void) => {
      signal.removeEventListener('abort', stop);
      act();
    };
    request.open('PATCH', location);
    const headers = { ...commonHeaders('PATCH'), ...version, 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': String(offset) };
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => onProgress(event.loaded);
    request.onload = () => end(() => (request.status < 300 ? resolve(reachedBy((name) => request.getResponseHeader(name))) : reject(problemOf(request))));
    request.onerror = () => end(() => reject(new ApiError('offline', 0, '', '')));
    request.onabort = () => end(() => reject(new DOMException('The upload was stopped', 'AbortError')));
    signal.addEventListener('abort', stop);
    request.send(piece);
  });
}

function problemOf(request: XMLHttpRequest): ApiError {
  const retryAfter = Number(request.getResponseHeader('Retry-After')) || null;
  try {
    const problem = JSON.parse(request.responseText) as Problem;
    return new ApiError(problem.code, request.status, problem.title, problem.detail, problem, retryAfter);
  } catch {
    return new ApiError('unexpected', request.status, '', '', null, retryAfter);
  }
}
