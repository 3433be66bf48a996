-- Receivers that asked to be left alone (Retry-After), and until when, in microseconds since the epoch: for every process, and over its end.
CREATE TABLE target_hold (
  target TEXT PRIMARY KEY,
  until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
