-- Who is told of results: receivers, callbacks that photos carry, deliveries and their tries. Times are microseconds since the epoch.

CREATE TABLE endpoint (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id TEXT NOT NULL UNIQUE CHECK (length(public_id) = 36),
  url TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  events TEXT NOT NULL DEFAULT '',
  secret TEXT NOT NULL,
  old_secret TEXT,
  old_secret_until INTEGER,
  enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
  disabled_reason TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  CHECK ((old_secret IS NULL) = (old_secret_until IS NULL))
) STRICT;

-- An empty url: the address that the configuration gives the site.
CREATE TABLE image_callback (
  image_id INTEGER NOT NULL REFERENCES image (id) ON DELETE CASCADE,
  target TEXT NOT NULL,
  url TEXT NOT NULL DEFAULT '',
  signer TEXT NOT NULL DEFAULT '',
  format TEXT NOT NULL CHECK (format IN ('standard', 'compat')),
  foreign_id INTEGER,
  not_before INTEGER,
  PRIMARY KEY (image_id, target)
) STRICT, WITHOUT ROWID;

-- claim_no counts all tries and is the fence of the one under way; tries are those since it was written or replayed.
CREATE TABLE delivery (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id TEXT NOT NULL UNIQUE,
  target TEXT NOT NULL,
  endpoint_id INTEGER REFERENCES endpoint (id) ON DELETE CASCADE,
  url TEXT NOT NULL DEFAULT '',
  signer TEXT NOT NULL DEFAULT '',
  format TEXT NOT NULL CHECK (format IN ('standard', 'compat')),
  type TEXT NOT NULL,
  image_id INTEGER,
  job_id TEXT,
  body TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting'
    CHECK (state = 'waiting' OR state = 'sending' OR state = 'delivered' OR state = 'superseded' OR state = 'dead'),
  due_at INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0),
  claim_no INTEGER NOT NULL DEFAULT 0,
  lease_until INTEGER,
  last_status INTEGER,
  last_error TEXT,
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  CHECK ((state = 'sending') = (lease_until IS NOT NULL)),
  CHECK ((state = 'delivered' OR state = 'superseded' OR state = 'dead') = (finished_at IS NOT NULL))
) STRICT;
CREATE INDEX delivery_due ON delivery (target, due_at, id) WHERE state = 'waiting';
CREATE INDEX delivery_sending ON delivery (target, image_id) WHERE state = 'sending';
CREATE INDEX delivery_of_image ON delivery (image_id, target, id) WHERE image_id IS NOT NULL;
CREATE INDEX delivery_of_target ON delivery (target, id);
CREATE INDEX delivery_finished ON delivery (finished_at) WHERE finished_at IS NOT NULL;

CREATE TABLE delivery_try (
  delivery_id INTEGER NOT NULL REFERENCES delivery (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  took INTEGER NOT NULL,
  status INTEGER,
  error TEXT,
  excerpt TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (delivery_id, number)
) STRICT, WITHOUT ROWID;
