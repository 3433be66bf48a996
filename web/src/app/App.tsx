// Everything that pages stand on: the reads' cache, the language, the theme, who is logged in.
import { QueryClient, QueryClientProvider, QueryCache, MutationCache } from '@tanstack/react-query';
import { useEffect } from 'react';

import { ApiError } from '../api/client';
import { sessionEnded, useSession } from '../api/session';
import { chosenLanguage } from '../i18n';
import { LogIn } from '../pages/log-in/Page';
import { ErrorNotice } from '../ui/Notice';
import { Toasts } from '../ui/toasts';
import { ErrorBoundary } from './ErrorBoundary';
import { Shell } from './Shell';
import { applyTheme, chosenTheme } from './theme';

function makeClient(): QueryClient {
  const ended = (error: unknown) => {
    if (error instanceof ApiError && error.status === 401) sessionEnded(client);
  };
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError: ended }),
    mutationCache: new MutationCache({ onError: ended }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        refetchOnWindowFocus: true,
        // What the server refuses it refuses again; a lost connection or a busy server is worth another try.
        retry: (count, error) => count < 3 && (!(error instanceof ApiError) || error.status === 0 || error.status >= 503),
      },
    },
  });
  return client;
}

const client = makeClient();

function Inside() {
  const session = useSession();
  if (session.data) return <Shell />;
  if (session.data === null) return <LogIn />;
  if (session.error) {
    return (
      <main className="page">
        <ErrorNotice error={session.error} onRetry={() => void session.refetch()} />
      </main>
    );
  }
  return null; // a moment, in which nothing is better than something that goes at once
}

export function App() {
  const language = chosenLanguage.use();
  const theme = chosenTheme.use();
  useEffect(() => void (document.documentElement.lang = language), [language]);
  useEffect(() => applyTheme(theme), [theme]);
  return (
    <QueryClientProvider client={client}>
      <ErrorBoundary>
        <Inside />
      </ErrorBoundary>
      <Toasts />
    </QueryClientProvider>
  );
}
