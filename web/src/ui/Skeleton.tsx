// The place of something that is on its way, of the size that it will have.
export function Skeleton({ width = '100%', height = '1em' }: { width?: string | number; height?: string | number }) {
  return <span className="skeleton" aria-hidden="true" style={{ display: 'block', width, height }} />;
}
