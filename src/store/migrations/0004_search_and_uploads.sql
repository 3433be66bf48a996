-- What images are found by, and uploads that come in pieces. Times are microseconds since the epoch.

-- The title in NFC and case-folded. Titles that are there already are only put into small letters.
ALTER TABLE image ADD COLUMN title_folded TEXT NOT NULL DEFAULT '';
UPDATE image SET title_folded = lower(title);
-- What the newest result found: each label once, a line break before the first and after each.
ALTER TABLE image ADD COLUMN labels TEXT NOT NULL DEFAULT '';
CREATE INDEX image_of_owner ON image (owner, id);
CREATE INDEX image_by_title ON image (title_folded, id);
-- Written only by jobs that do not succeed.
CREATE INDEX job_with_error ON job (error_code, image_id) WHERE error_code IS NOT NULL;
CREATE INDEX job_failed_of ON job (image_id) WHERE state = 'failed';
CREATE INDEX job_cancelled_of ON job (image_id) WHERE state = 'cancelled';

CREATE TABLE upload (
  id TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  length INTEGER NOT NULL CHECK (length >= 0),
  fields TEXT NOT NULL,
  home TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  image_id INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX upload_expiry ON upload (expires_at);
CREATE INDEX upload_open ON upload (home, id) WHERE image_id IS NULL;
