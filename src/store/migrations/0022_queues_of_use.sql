-- No job was ever in the queue `default`. That of webhooks has deliveries: they are held while it is paused, and no limit acts on them.
DELETE FROM queue_start WHERE queue IN ('default', 'webhooks');
DELETE FROM queue WHERE name = 'default';
UPDATE queue SET rate_count = NULL, rate_window = NULL, concurrency = NULL, ageing_bound = NULL, max_retries = NULL, first_retry = NULL WHERE name = 'webhooks';
