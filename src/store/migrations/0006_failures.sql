-- Failures that nobody has dealt with: jobs that failed and that no newer job of their image has followed. Times are microseconds since the epoch.

-- One row a failed job, so that what fails is counted without looking through what finished. cause: see domain/failure_cause.h.
CREATE TABLE failure (
  job_id INTEGER PRIMARY KEY REFERENCES job (id) ON DELETE CASCADE,
  cause TEXT NOT NULL,
  queue TEXT NOT NULL,
  kind TEXT NOT NULL,
  model TEXT NOT NULL,
  owner TEXT NOT NULL,
  failed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX failure_group ON failure (cause, queue, kind, model, failed_at, owner);
-- Those that are there already are told apart by their codes alone.
INSERT INTO failure (job_id, cause, queue, kind, model, owner, failed_at)
SELECT job.id, job.error_code, job.queue, job.kind, job.model, job.owner, job.finished_at FROM job LEFT JOIN image ON image.id = job.image_id
WHERE job.state = 'failed' AND (job.image_id IS NULL OR image.job_id = job.id);
