import { Fragment } from 'react';
import type { ReactNode } from 'react';

// What is known of a thing: names and values side by side, below each other on a phone. Facts without a value are left out.
export function Facts({ of, narrow }: { of: readonly (readonly [string, ReactNode])[]; narrow?: boolean }) {
  return (
    <dl className="facts" data-narrow={narrow || undefined}>
      {of
        .filter(([, value]) => value !== null && value !== undefined && value !== false && value !== '')
        .map(([name, value]) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </Fragment>
        ))}
    </dl>
  );
}
