// What failed and was not dealt with, by its cause.
import type { Schemas } from '../../api/client';
import { useApi } from '../../api/hooks';

export type Group = Schemas['FailureGroup'];
export type Sample = Group['samples'][number];

export const useFailures = (query: { since?: string; limit?: number }) => useApi('/api/v1/failures', { query });
