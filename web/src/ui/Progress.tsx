// How far something is, from 0 to 1; null while nobody knows.
export function Progress({ value, label, tone }: { value: number | null; label: string; tone?: 'green' | 'red' }) {
  const percent = value === null ? undefined : Math.round(Math.min(1, Math.max(0, value)) * 100);
  return (
    <div className="progress" role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent} data-tone={tone}>
      <span className={value === null ? 'skeleton' : undefined} style={{ width: `${percent ?? 100}%` }} />
    </div>
  );
}
