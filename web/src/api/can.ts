// Who may do what: the rules of docs/access.md by the same words as src/api/rules.h, so that nobody is shown an action that the server would refuse.
import type { Schemas } from './client';

export type Role = Schemas['Role'];
export type Act = 'see' | 'original' | 'send' | 'own' | 'job' | 'operate' | 'queues' | 'watch' | 'models' | 'users' | 'admin';

export interface Me {
  name: string;
  role: Role;
}

const everybody: readonly Role[] = ['uploader', 'viewer', 'operator', 'admin'];
const readers: readonly Role[] = ['viewer', 'operator', 'admin'];
const senders: readonly Role[] = ['uploader', 'operator', 'admin'];
const operators: readonly Role[] = ['operator', 'admin'];
const admins: readonly Role[] = ['admin'];

const rules: Record<Act, readonly Role[]> = {
  see: everybody,
  original: everybody,
  send: senders,
  own: senders,
  job: senders,
  operate: operators,
  queues: operators,
  watch: readers,
  models: admins,
  users: admins,
  admin: admins,
};

// Below these roles the rule reaches only to what is one's own.
const allFrom: Partial<Record<Act, readonly Role[]>> = { see: readers, original: operators, own: operators, job: operators };

// With an owner: may I do it to that one's things; without: is there anything that I may do it to.
export function can(me: Me | null | undefined, act: Act, owner?: string | null): boolean {
  if (!me || !rules[act].includes(me.role)) return false;
  const all = allFrom[act];
  return !all || all.includes(me.role) || owner === undefined || owner === me.name;
}
