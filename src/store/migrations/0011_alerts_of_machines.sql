-- Alerts about a machine are those of the process that looks at it: `node` is its name, empty where the work of all is meant. Times are microseconds since
-- the epoch.

CREATE TABLE alert_of_node (
  name TEXT NOT NULL,
  node TEXT NOT NULL,
  message TEXT NOT NULL,
  raised_at INTEGER NOT NULL,
  PRIMARY KEY (name, node)
) STRICT, WITHOUT ROWID;
INSERT INTO alert_of_node (name, node, message, raised_at)
  SELECT name, '', message, raised_at FROM alert WHERE name NOT IN ('disk_low', 'database_log_large', 'cpu_busy', 'memory_low');
DROP TABLE alert;
ALTER TABLE alert_of_node RENAME TO alert;

ALTER TABLE ended_alert ADD COLUMN node TEXT NOT NULL DEFAULT '';
