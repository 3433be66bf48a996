-- Images, their jobs, attempts and results, queues, nodes, batches, the event log, access. Times are microseconds since the epoch.
-- Tables that each job writes check no list of three or more by IN: SQLite builds a table of it for every row.

CREATE TABLE image (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  title TEXT NOT NULL,
  owner TEXT NOT NULL,
  external_id TEXT,
  metadata TEXT NOT NULL DEFAULT '{}',
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  byte_count INTEGER NOT NULL CHECK (byte_count > 0),
  format TEXT NOT NULL,
  width INTEGER NOT NULL CHECK (width > 0),
  height INTEGER NOT NULL CHECK (height > 0),
  job_id INTEGER NOT NULL DEFAULT 0,
  result_job_id INTEGER,  -- the newest job with a result; as long as there is none, the first job, so that its result is shown without a write here
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX image_content ON image (sha256);

CREATE TABLE batch (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id TEXT NOT NULL UNIQUE CHECK (length(public_id) = 36),
  title TEXT NOT NULL,
  owner TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  sealed_at INTEGER,
  completed_at INTEGER,
  CHECK (completed_at IS NULL OR sealed_at IS NOT NULL)
) STRICT;
CREATE INDEX batch_open ON batch (id) WHERE completed_at IS NULL;

CREATE TABLE job (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id TEXT NOT NULL UNIQUE CHECK (length(public_id) = 36),
  kind TEXT NOT NULL,
  image_id INTEGER REFERENCES image (id) ON DELETE CASCADE,
  queue TEXT NOT NULL,
  model TEXT NOT NULL,
  lane TEXT NOT NULL,
  args TEXT NOT NULL DEFAULT '{}',
  owner TEXT NOT NULL,
  priority INTEGER NOT NULL CHECK (priority BETWEEN -100 AND 100),
  rank INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL CHECK (state = 'queued' OR state = 'running' OR state = 'completed' OR state = 'scheduled' OR state = 'failed' OR state = 'cancelled'),
  run_at INTEGER NOT NULL,
  expires_at INTEGER,
  batch_id INTEGER REFERENCES batch (id) ON DELETE SET NULL,
  attempt INTEGER NOT NULL DEFAULT 0 CHECK (attempt >= 0),
  max_attempts INTEGER NOT NULL CHECK (max_attempts >= 1),
  crashes INTEGER NOT NULL DEFAULT 0 CHECK (crashes >= 0),
  interruptions INTEGER NOT NULL DEFAULT 0 CHECK (interruptions >= 0),
  claim_no INTEGER NOT NULL DEFAULT 0,
  node TEXT,
  worker TEXT,
  started_at INTEGER,
  finished_at INTEGER,
  retry_of TEXT,
  error_code TEXT,
  error_message TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  CHECK (attempt <= max_attempts),
  CHECK ((state = 'running') = (worker IS NOT NULL)),
  CHECK ((state = 'running') = (node IS NOT NULL)),
  CHECK (state <> 'running' OR started_at IS NOT NULL),
  CHECK ((state = 'completed' OR state = 'failed' OR state = 'cancelled') = (finished_at IS NOT NULL)),
  CHECK (state <> 'failed' OR error_code IS NOT NULL),
  CHECK (kind <> 'image.process' OR image_id IS NOT NULL)
) STRICT;
CREATE INDEX job_claim ON job (lane, priority DESC, rank, id) WHERE state = 'queued';
CREATE INDEX job_turn ON job (lane, priority, owner, rank) WHERE state = 'queued';
CREATE INDEX job_due ON job (run_at, id) WHERE state = 'scheduled';
CREATE INDEX job_later ON job (queue, id) WHERE state = 'scheduled';
CREATE INDEX job_held ON job (node) WHERE state = 'running';
CREATE INDEX job_running ON job (queue, id) WHERE state = 'running';
CREATE INDEX job_expiry ON job (expires_at, id) WHERE expires_at IS NOT NULL AND state IN ('scheduled', 'queued');
CREATE INDEX job_finished ON job (queue, finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX job_failed ON job (finished_at) WHERE state = 'failed';
CREATE INDEX job_of_batch ON job (batch_id, state) WHERE batch_id IS NOT NULL;
CREATE INDEX job_of_image ON job (image_id, id);

CREATE TABLE attempt (
  job_id INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
  claim_no INTEGER NOT NULL,
  number INTEGER NOT NULL,
  worker TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  finished_at INTEGER,
  ending TEXT CHECK (ending = 'completed' OR ending = 'failed' OR ending = 'crashed' OR ending = 'interrupted' OR ending = 'cancelled'),
  error_code TEXT,
  error_message TEXT,
  model_version TEXT,
  timings TEXT,
  PRIMARY KEY (job_id, claim_no),
  CHECK ((ending IS NULL) = (finished_at IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE result (
  job_id INTEGER PRIMARY KEY REFERENCES job (id) ON DELETE CASCADE,
  image_id INTEGER NOT NULL,  -- its job's, with which it goes
  model TEXT NOT NULL,
  model_version TEXT NOT NULL,
  document TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE event (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  type TEXT NOT NULL,
  image_id INTEGER,
  job_id TEXT,
  actor TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  data TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX event_of_image ON event (image_id, id) WHERE image_id IS NOT NULL;
CREATE INDEX event_of_upkeep ON event (job_id) WHERE image_id IS NULL AND job_id IS NOT NULL;
-- The newest event up to which none is still to come: with one writer simply the newest.
CREATE VIEW event_horizon AS SELECT COALESCE(MAX(id), 0) AS id FROM event;

CREATE TABLE content_crash (
  sha256 TEXT PRIMARY KEY,
  crashes INTEGER NOT NULL CHECK (crashes >= 1),
  last_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE blob_removal (
  sha256 TEXT PRIMARY KEY,
  since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE account (
  name TEXT PRIMARY KEY,
  role TEXT NOT NULL CHECK (role IN ('uploader', 'viewer', 'operator', 'admin')),
  password_hash TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE token (
  name TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE,
  sha256 TEXT NOT NULL UNIQUE,
  last_four TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE queue (
  name TEXT PRIMARY KEY,
  paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
  paused_by TEXT NOT NULL DEFAULT '',
  pause_reason TEXT NOT NULL DEFAULT '',
  rate_count INTEGER CHECK (rate_count >= 1),
  rate_window INTEGER CHECK (rate_window >= 1),
  concurrency INTEGER CHECK (concurrency >= 1),
  ageing_bound INTEGER CHECK (ageing_bound >= 1),
  max_retries INTEGER CHECK (max_retries >= 0),
  first_retry INTEGER CHECK (first_retry >= 0),
  updated_at INTEGER NOT NULL DEFAULT 0,
  CHECK ((rate_count IS NULL) = (rate_window IS NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO queue (name) VALUES ('ai_processing'), ('default'), ('maintenance'), ('webhooks');

CREATE TABLE queue_start (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  queue TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX queue_start_at ON queue_start (queue, at);

CREATE TABLE lane_start (
  lane TEXT PRIMARY KEY,
  queue TEXT NOT NULL,
  starts INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE node (
  id TEXT PRIMARY KEY CHECK (length(id) = 36),
  name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('serve', 'web', 'worker')),
  version TEXT NOT NULL,
  slots INTEGER NOT NULL CHECK (slots >= 0),
  models TEXT NOT NULL,
  url TEXT NOT NULL DEFAULT '',
  blob_store TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL CHECK (state IN ('running', 'draining', 'stopped')),
  started_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  lease_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX node_lease ON node (lease_until);

CREATE TABLE idempotency_key (
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  request_sha256 TEXT NOT NULL CHECK (length(request_sha256) = 64),
  image_id INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_key_age ON idempotency_key (created_at);

CREATE TABLE schedule (
  name TEXT PRIMARY KEY,
  cron TEXT NOT NULL,
  zone TEXT NOT NULL,
  kind TEXT NOT NULL,
  args TEXT NOT NULL DEFAULT '{}',
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  missed TEXT NOT NULL CHECK (missed IN ('skip', 'once', 'all')),
  revision INTEGER NOT NULL DEFAULT 1,
  next_slot INTEGER,
  last_slot INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  CHECK ((enabled = 1) = (next_slot IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX schedule_due ON schedule (next_slot, name) WHERE enabled = 1;

CREATE TABLE schedule_fire (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  schedule TEXT NOT NULL,
  slot INTEGER NOT NULL,
  job_id TEXT,
  missed INTEGER NOT NULL DEFAULT 0 CHECK (missed >= 0),
  fired_at INTEGER NOT NULL,
  UNIQUE (schedule, slot)
) STRICT;
CREATE INDEX schedule_fire_age ON schedule_fire (slot, id);

CREATE TABLE alert (
  name TEXT PRIMARY KEY,
  message TEXT NOT NULL,
  raised_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
