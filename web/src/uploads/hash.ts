// SHA-256 of a photo, by which a second one of the same content is noticed. Browsers have it on HTTPS and on the machine itself only; null: it cannot be known.
const largest = 64 * 1024 * 1024;

export const canCompare = (): boolean => Boolean(globalThis.crypto?.subtle);

export async function hashOf(file: Blob): Promise<string | null> {
  if (!canCompare() || file.size > largest) return null;
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
