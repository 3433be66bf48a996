-- Who may what: accounts that can be turned off and have a quota, tokens with scopes and an end, sessions of people. Times are microseconds since the epoch.

ALTER TABLE account ADD COLUMN disabled_at INTEGER;
ALTER TABLE account ADD COLUMN byte_quota INTEGER CHECK (byte_quota >= 0);
ALTER TABLE account ADD COLUMN seen_at INTEGER;

-- Names with blanks between them; * is whatever the account's role may.
ALTER TABLE token ADD COLUMN scopes TEXT NOT NULL DEFAULT '*';
ALTER TABLE token ADD COLUMN expires_at INTEGER;
ALTER TABLE token ADD COLUMN used_at INTEGER;
CREATE INDEX token_of_account ON token (account, name);

CREATE TABLE session (
  id TEXT PRIMARY KEY CHECK (length(id) = 36),
  account TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE,
  sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64),
  address TEXT NOT NULL,
  agent TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_of_account ON session (account, id);
CREATE INDEX session_end ON session (expires_at);
