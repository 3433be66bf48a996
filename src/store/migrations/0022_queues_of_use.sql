-- No job was ever in the queue `default`. That of webhooks has deliveries: they are held while it is paused, and no limit acts on them. A pause from before held
-- nothing, and must not begin to.
DELETE FROM queue_start WHERE queue IN ('default', 'webhooks');
DELETE FROM queue_minute WHERE queue = 'default';
DELETE FROM queue WHERE name = 'default';
UPDATE queue SET paused = 0, paused_by = '', pause_reason = '', rate_count = NULL, rate_window = NULL, concurrency = NULL, ageing_bound = NULL, max_retries = NULL, first_retry = NULL WHERE name = 'webhooks';
