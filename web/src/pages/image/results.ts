// What earlier jobs of a photo found, also with other models.
import type { Schemas } from '../../api/client';
import { useApi } from '../../api/hooks';

export type PastResult = Schemas['PastResult'];

export const useResults = (id: number, enabled: boolean) => useApi('/api/v1/images/{id}/results', { path: { id } }, { enabled });

// A result never changes.
export const useResult = (id: number, job: string) => useApi('/api/v1/images/{id}/results/{job}', { path: { id, job } }, { staleTime: Infinity, placeholderData: undefined as never });
