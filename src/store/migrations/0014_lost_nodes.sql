-- A node whose lease ran out is told from one that was stopped in good order: `lost_at` is when it was found lost, in microseconds since the epoch.
ALTER TABLE node ADD COLUMN lost_at INTEGER NULL;
