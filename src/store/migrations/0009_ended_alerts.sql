-- Alerts that have ended, the newest some hundreds. Times are microseconds since the epoch.

CREATE TABLE ended_alert (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  message TEXT NOT NULL,
  raised_at INTEGER NOT NULL,
  ended_at INTEGER NOT NULL
) STRICT;
