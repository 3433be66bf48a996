// The events that the server writes, as docs/job_lifecycle.md and docs/openapi.yaml list them: for tests.
import { readFileSync } from 'node:fs';

const read = (path: string) => readFileSync(new URL(`../../../docs/${path}`, import.meta.url), 'utf8');
const listed = read('job_lifecycle.md').split('\n## Events\n')[1]!.split('\n## ')[0]!;
const examples = /\n {4}Event:\n[\s\S]*?examples: \[([^\]]*)\]/.exec(read('openapi.yaml'))![1]!;
const named = [...[...listed.matchAll(/`([a-z]+\.[a-z_]+)`/g)].map((found) => found[1]!), ...examples.split(',').map((each) => each.trim())];

export const eventTypes = [...new Set(named)].filter((type) => !type.startsWith('maintenance.'));
