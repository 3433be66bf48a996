-- Who fills a batch that is made, filled and sealed in one go: the node's id, until it is sealed.

ALTER TABLE batch ADD COLUMN filled_by TEXT;
CREATE INDEX batch_filled ON batch (id) WHERE filled_by IS NOT NULL;
