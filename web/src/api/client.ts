// Asks the server. Answers that are no success become an ApiError, which knows the code of the problem; the types are those of docs/openapi.yaml.
import { chosenLanguage } from '../i18n/language';
import type { components, paths } from './generated';

export type Schemas = components['schemas'];
export type Problem = Schemas['Problem'];

type Json<R> = R extends { content: { 'application/json': infer T } } ? T : R extends { content?: never } ? void : unknown;
type Success<O> = O extends { responses: infer R } ? Json<R[keyof R & (200 | 201 | 202 | 204 | 207)]> : never;
type Body<O> = O extends { requestBody?: { content: { 'application/json': infer T } } } ? T : O extends { requestBody: { content: { 'application/json': infer T } } } ? T : never;
type PathParameters<O> = O extends { parameters: { path: infer T } } ? T : never;
type QueryParameters<O> = O extends { parameters: { query?: infer T } } ? T : never;
type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

export type PathsWith<M extends Method> = { [P in keyof paths]: paths[P] extends Record<M, { responses: unknown }> ? P : never }[keyof paths];
type Operation<M extends Method, P extends keyof paths> = paths[P] extends Record<M, infer O> ? O : never;

export type Answer<M extends Method, P extends PathsWith<M>> = Success<Operation<M, P>>;

export interface Asked<M extends Method, P extends PathsWith<M>> {
  path?: { [K in keyof (PathParameters<Operation<M, P>> & PathParameters<paths[P]>)]: string | number };
  query?: QueryParameters<Operation<M, P>>;
  body?: Body<Operation<M, P>>;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

export class ApiError extends Error {
  constructor(
    readonly code: string, // of the problem; 'offline' when there was no answer
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly problem: Problem | null = null,
    readonly retryAfter: number | null = null, // seconds
  ) {
    super(detail || title);
    this.name = 'ApiError';
  }
}

// Where browsers send no Sec-Fetch-Site (plain HTTP to another machine), the server wants the session's token.
let csrfToken: string | null = null;
export const rememberCsrfToken = (token: string | null): void => void (csrfToken = token);

export function addressOf(pattern: string, path?: Record<string, string | number>, query?: object): string {
  const address = pattern.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(path?.[name] ?? '')));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return text ? `${address}?${text}` : address;
}

export function commonHeaders(method: string): Record<string, string> {
  const headers: Record<string, string> = { 'Accept-Language': chosenLanguage.get() };
  if (method !== 'GET') {
    headers['X-Requested-By'] = 'darkroom-page';
    if (csrfToken) headers['X-CSRF-Token'] = csrfToken;
  }
  return headers;
}

async function errorFrom(response: Response): Promise<ApiError> {
  const retryAfter = Number(response.headers.get('Retry-After')) || null;
  try {
    const problem = (await response.json()) as Problem;
    if (typeof problem.code === 'string') return new ApiError(problem.code, response.status, problem.title, problem.detail, problem, retryAfter);
  } catch {
    // a proxy's page, or a broken connection
  }
  return new ApiError('unexpected', response.status, '', '', null, retryAfter);
}

// As fetch, but a refusal or no answer at all is an ApiError.
export async function send(method: string, address: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address, { ...init, method, credentials: 'same-origin', headers: { ...commonHeaders(method), ...(init.headers as Record<string, string>) } });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ApiError('offline', 0, '', '');
  }
  if (!response.ok) throw await errorFrom(response);
  return response;
}

export async function call<M extends Method, P extends PathsWith<M>>(method: M, pattern: P, asked: Asked<M, P> = {}): Promise<Answer<M, P>> {
  const headers: Record<string, string> = { Accept: 'application/json', ...asked.headers };
  const init: RequestInit = { headers };
  if (asked.signal) init.signal = asked.signal;
  if (asked.body !== undefined) {
    headers['Content-Type'] = 'application/json';
    init.body = JSON.stringify(asked.body);
  }
  const response = await send(method.toUpperCase(), addressOf(pattern as string, asked.path as Record<string, string | number> | undefined, asked.query as object | undefined), init);
  if (response.status === 204) return undefined as Answer<M, P>;
  return (await response.json()) as Answer<M, P>;
}
