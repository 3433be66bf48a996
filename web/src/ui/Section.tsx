import { useId } from 'react';
import type { ReactNode } from 'react';

// A part of a page with a title of its own; flush: what is in it reaches the edges, as tables do.
export function Section({ title, lead, actions, flush, children }: { title: string; lead?: ReactNode; actions?: ReactNode; flush?: boolean; children: ReactNode }) {
  const id = useId();
  return (
    <section className="section" aria-labelledby={id}>
      <header className="section-head">
        <h2 id={id}>{title}</h2>
        {actions && <div className="actions">{actions}</div>}
      </header>
      {lead && <p className="section-lead">{lead}</p>}
      {flush ? children : <div className="card card-body">{children}</div>}
    </section>
  );
}
