// Each event that the server writes, as docs/job_lifecycle.md and docs/openapi.yaml list them, has words on the page, and makes old what shows it.
import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { madeOld } from '../api/live';
import { groups } from '../pages/audit/words';
import enAudit from './en/audit';
import enJobs from './en/jobs';
import koAudit from './ko/audit';
import koJobs from './ko/jobs';

const read = (path: string) => readFileSync(new URL(`../../../docs/${path}`, import.meta.url), 'utf8');
const listed = read('job_lifecycle.md').split('\n## Events\n')[1]!.split('\n## ')[0]!;
const examples = /\n {4}Event:\n[\s\S]*?examples: \[([^\]]*)\]/.exec(read('openapi.yaml'))![1]!;
const types = [...new Set([...[...listed.matchAll(/`([a-z]+\.[a-z_]+)`/g)].map((found) => found[1]!), ...examples.split(',').map((each) => each.trim())])].filter((type) => !type.startsWith('maintenance.'));

// What becomes of a job by itself is no act of anybody: the audit leaves it out.
const ofJobs = ['job.started', 'job.completed', 'job.failed', 'job.interrupted', 'job.crashed', 'job.queued', 'job.retry_scheduled'];
const ofPhotos = types.filter((type) => /^(image|job|cleanup|quarantine|delivery)\./.test(type));

it('finds the events', () => {
  expect(types).toEqual(expect.arrayContaining([...ofJobs, 'image.created', 'deliveries.replayed', 'cleanup.repaired', 'server.started']));
});

describe.each([['en', enAudit, enJobs], ['ko', koAudit, koJobs]] as const)('in %s', (_, audit, jobs) => {
  it.each(types.filter((type) => !ofJobs.includes(type)))('the audit says %s, and can be asked for it', (type) => {
    expect(audit).toHaveProperty([type]);
    expect(groups).toContain(type.split('.')[0]);
  });

  it.each(ofPhotos)('the story of a photo says %s', (type) => {
    expect(jobs).toHaveProperty([`event.${type}`]);
  });
});

// A server that starts is one whose connection was lost: all is read anew.
it.each(types.filter((type) => type !== 'server.started'))('%s makes something old', (type) => {
  expect(madeOld(type)).not.toEqual([]);
});
