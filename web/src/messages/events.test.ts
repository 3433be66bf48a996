// Each event that the server writes has words on the page, and makes old what shows it.
import { describe, expect, it } from 'vitest';

import { madeOld } from '../api/live';
import { groups } from '../pages/audit/words';
import enAudit from './en/audit';
import enJobs from './en/jobs';
import { eventTypes } from './eventTypes';
import koAudit from './ko/audit';
import koJobs from './ko/jobs';

// What becomes of a job by itself is no act of anybody: the audit leaves it out.
const ofJobs = ['job.started', 'job.completed', 'job.failed', 'job.interrupted', 'job.crashed', 'job.queued', 'job.retry_scheduled'];
const ofPhotos = eventTypes.filter((type) => /^(image|job|cleanup|quarantine|delivery)\./.test(type));

it('finds the events', () => {
  expect(eventTypes).toEqual(expect.arrayContaining([...ofJobs, 'image.created', 'deliveries.replayed', 'cleanup.repaired', 'server.started']));
});

describe.each([['en', enAudit, enJobs], ['ko', koAudit, koJobs]] as const)('in %s', (_, audit, jobs) => {
  it.each(eventTypes.filter((type) => !ofJobs.includes(type)))('the audit says %s, and can be asked for it', (type) => {
    expect(audit).toHaveProperty([type]);
    expect(groups).toContain(type.split('.')[0]);
  });

  it.each(ofPhotos)('the story of a photo says %s', (type) => {
    expect(jobs).toHaveProperty([`event.${type}`]);
  });
});

// A server that starts is one whose connection was lost: all is read anew.
it.each(eventTypes.filter((type) => type !== 'server.started'))('%s makes something old', (type) => {
  expect(madeOld(type)).not.toEqual([]);
});
