// How fast it goes: bytes of the last seconds.
const window = 4000;

export class Meter {
  private seen: { at: number; bytes: number }[] = [];

  count(bytes: number, at = performance.now()): void {
    if (bytes > 0) this.seen.push({ at, bytes });
  }

  speed(at = performance.now()): number {
    this.seen = this.seen.filter((each) => at - each.at <= window);
    if (!this.seen.length) return 0;
    const span = Math.max(500, at - this.seen[0]!.at);
    return (this.seen.reduce((sum, each) => sum + each.bytes, 0) * 1000) / span;
  }
}
