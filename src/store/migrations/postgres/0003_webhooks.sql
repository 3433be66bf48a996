-- What only PostgreSQL needs on top of ../0003_webhooks.sql: a delivery is written at least three times, and its indexes are read at their heads.
ALTER TABLE delivery SET (autovacuum_vacuum_scale_factor = 0.1, autovacuum_analyze_scale_factor = 0.05, autovacuum_vacuum_threshold = 25,
                          autovacuum_vacuum_cost_delay = 10, autovacuum_vacuum_cost_limit = 1000, fillfactor = 85);
