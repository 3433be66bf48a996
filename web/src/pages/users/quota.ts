// A quota as people type it: gigabytes, or nothing for no bound.
const gigabyte = 1_000_000_000;

export function quotaFrom(text: string): number | null | undefined {
  const wanted = text.trim().replace(',', '.');
  if (wanted === '') return null;
  const count = Number(wanted);
  return Number.isFinite(count) && count > 0 ? Math.round(count * gigabyte) : undefined;
}

export const quotaText = (bytes: number | null): string => (bytes === null ? '' : String(Math.round((bytes / gigabyte) * 1000) / 1000));
