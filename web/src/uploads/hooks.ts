import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useSyncExternalStore } from 'react';

import { touch } from '../api/hooks';
import { useLiveEvents } from '../api/live';
import type { LiveEvent } from '../api/live';
import { sessionEnded, useMe } from '../api/session';
import { engine } from './engine';
import type { Snapshot } from './types';

const statuses: Record<string, string> = { 'job.started': 'processing', 'job.completed': 'completed', 'job.failed': 'failed', 'job.cancelled': 'cancelled' };

// Keeps the queue of whoever is logged in going.
export function useUploadEngine(): void {
  const { name } = useMe();
  const client = useQueryClient();
  useEffect(() => {
    engine.onLoggedOut = () => sessionEnded(client);
    engine.onSent = () => void touch(client, '/api/v1/batches');
    engine.begin(name);
    return () => engine.end();
  }, [client, name]);
  useLiveEvents(
    useCallback((event: LiveEvent) => {
      const status = statuses[event.type];
      if (status && typeof event.data.image_id === 'number') engine.told(event.data.image_id, status);
    }, []),
  );
}

export const useUploads = (): Snapshot => useSyncExternalStore(engine.subscribe, engine.snapshot);
