-- What each queue did in each minute, for charts: written once the minute is over, kept for some days. Times are microseconds since the epoch.

-- wait and run: see domain/latencies.h. depth: jobs in line at the end of the minute, if somebody looked.
CREATE TABLE queue_minute (
  queue TEXT NOT NULL,
  minute INTEGER NOT NULL,
  completed INTEGER NOT NULL CHECK (completed >= 0),
  failed INTEGER NOT NULL CHECK (failed >= 0),
  cancelled INTEGER NOT NULL CHECK (cancelled >= 0),
  wait TEXT NOT NULL,
  run TEXT NOT NULL,
  depth INTEGER CHECK (depth >= 0),
  PRIMARY KEY (queue, minute)
) STRICT, WITHOUT ROWID;
