-- Counts that cost the same however many jobs there are, and the expiry of jobs that were never started.

DROP INDEX job_expiry;
CREATE INDEX job_expiry ON job (expires_at, id) WHERE expires_at IS NOT NULL AND state IN ('scheduled', 'queued') AND started_at IS NULL;
CREATE INDEX job_later_of ON job (owner, id) WHERE state = 'scheduled';

-- What a batch's jobs had come to when it was completed. Of one that was completed by an older program they are NULL.
ALTER TABLE batch ADD COLUMN jobs_completed INTEGER;
ALTER TABLE batch ADD COLUMN jobs_failed INTEGER;
ALTER TABLE batch ADD COLUMN jobs_cancelled INTEGER;
UPDATE batch SET
  jobs_completed = (SELECT COUNT(*) FROM job WHERE job.batch_id = batch.id AND job.state = 'completed'),
  jobs_failed = (SELECT COUNT(*) FROM job WHERE job.batch_id = batch.id AND job.state = 'failed'),
  jobs_cancelled = (SELECT COUNT(*) FROM job WHERE job.batch_id = batch.id AND job.state = 'cancelled')
WHERE completed_at IS NOT NULL;
