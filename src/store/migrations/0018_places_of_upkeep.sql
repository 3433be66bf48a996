-- Each kind of maintenance has a lane of its own. Since when a bound is seen crossed, for all processes that look in turn; times are microseconds since the
-- epoch.

UPDATE job SET lane = 'maintenance/' || kind WHERE queue = 'maintenance' AND state IN ('scheduled', 'queued', 'running');

CREATE TABLE crossing (
  name TEXT PRIMARY KEY,
  since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
