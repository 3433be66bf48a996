// Who is logged in.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { QueryClient } from '@tanstack/react-query';

import { can } from './can';
import type { Act } from './can';
import { ApiError, call, rememberCsrfToken } from './client';
import type { Schemas } from './client';

const key = ['session'] as const;

async function whoAmI(): Promise<Schemas['WhoAmI'] | null> {
  try {
    const session = await call('get', '/api/v1/session');
    rememberCsrfToken(session.csrf_token);
    return session;
  } catch (cause) {
    if (!(cause instanceof ApiError) || cause.status !== 401) throw cause;
    rememberCsrfToken(null);
    return null;
  }
}

// null: nobody is.
export const useSession = () => useQuery<Schemas['WhoAmI'] | null, ApiError>({ queryKey: key, queryFn: whoAmI, staleTime: 60_000 });

// Only below the shell, where somebody is logged in.
export function useMe(): Schemas['Me'] {
  const session = useSession().data;
  if (!session) throw new Error('useMe() is used where nobody is logged in');
  return session.user;
}

export function useCan(): (act: Act, owner?: string | null) => boolean {
  const me = useSession().data?.user;
  return (act, owner) => can(me, act, owner);
}

export async function logIn(client: QueryClient, name: string, password: string): Promise<void> {
  await call('post', '/api/v1/session', { body: { name, password } });
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== key[0] });
  await client.refetchQueries({ queryKey: key });
}

export function useLogOut(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    try {
      await call('delete', '/api/v1/session');
    } catch (cause) {
      if (!(cause instanceof ApiError) || cause.status !== 401) throw cause;
    }
    sessionEnded(client);
  };
}

// Told by any answer 401: the log-in page comes, at the same address.
export function sessionEnded(client: QueryClient): void {
  rememberCsrfToken(null);
  client.setQueryData(key, null);
}
