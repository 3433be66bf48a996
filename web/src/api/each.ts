// Acting on many, by a request for each.
const atOnce = 4;

// Runs them a few at a time; those that fail do not keep the others from being done, and are counted. Throws the first failure if none was done.
export async function each<T>(items: readonly T[], act: (item: T) => Promise<unknown>): Promise<{ done: number; failed: number }> {
  const waiting = [...items];
  const failures: unknown[] = [];
  let done = 0;
  const worker = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      try {
        await act(item);
        done += 1;
      } catch (cause) {
        failures.push(cause);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  if (!done && failures.length) throw failures[0];
  return { done, failed: failures.length };
}
