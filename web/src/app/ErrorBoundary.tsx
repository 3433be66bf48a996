import { Component } from 'react';
import type { ReactNode } from 'react';

import { Button } from '../ui/Button';
import { Notice } from '../ui/Notice';
import { useShellWords } from './words';

// A page's file that is not there any more: the server was renewed while the page was open.
const isRenewed = (error: Error) => /dynamically imported module|module script|Unable to preload/i.test(error.message);

function Broken({ error }: { error: Error }) {
  const t = useShellWords();
  const renewed = isRenewed(error);
  return (
    <div className="page" role="alert">
      <Notice tone={renewed ? 'blue' : 'red'} title={t(renewed ? 'renewed.title' : 'broken.title')} actions={<Button icon="retry" onClick={() => location.reload()}>{t('broken.reload')}</Button>}>
        <p>{t(renewed ? 'renewed.text' : 'broken.text')}</p>
        {!renewed && <p className="mono">{error.message}</p>}
      </Notice>
    </div>
  );
}

// One broken page does not take the rest with it. Give it the address as its key, so that another page begins anew.
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render() {
    return this.state.error ? <Broken error={this.state.error} /> : this.props.children;
  }
}
