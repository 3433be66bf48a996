// What the server was started with: for administrators.
import { useQuery } from '@tanstack/react-query';

import { send } from '../../api/client';
import type { ApiError } from '../../api/client';
import { keyOf } from '../../api/hooks';
import { useCan } from '../../api/session';

export interface Setting {
  key: string;
  value: string | number | boolean | null; // null: a secret
  secret: boolean;
  is_set: boolean;
  origin: 'default' | 'file' | 'environment' | 'flag';
  origin_detail: string | null;
  environment: string;
  description: string;
  allowed: string;
}

export interface Settings {
  items: Setting[];
  sites: { name: string; callback: string; format: string; has_own_secret: boolean }[];
}

const address = '/api/v1/settings';

export function useSettings() {
  const can = useCan();
  return useQuery<Settings, ApiError>({
    queryKey: keyOf(address),
    queryFn: async ({ signal }) => (await send('GET', address, { signal })).json() as Promise<Settings>,
    enabled: can('admin'),
    staleTime: 60_000,
    retry: false,
  });
}
