-- What only PostgreSQL needs on top of ../0001_first_light.sql, in the same transaction.

-- The horizon of the event log. Ids are given when an event is written, and become visible when its transaction commits: a smaller id may
-- become visible after a larger one, and a reader that goes on "after the last id" would never see it. So each writing transaction, before
-- it writes, takes a shared advisory lock whose number is the newest id of that moment (event_hold): all its ids will be larger. event_horizon reads the
-- newest id and then those locks. What is not above its result is settled: a transaction with such an id had its lock before the newest id was
-- read, and its lock is gone now. Whoever reads the horizon first, and then, with a newer snapshot, the events up to it, misses none.
-- A lock carries the low 32 bits of an id; the distance to the newest id gives back the rest.
CREATE VIEW event_hold AS
SELECT CAST(CAST(CAST('event' AS regclass) AS oid) AS integer) AS class,
       CAST((newest.id + 2147483648) % 4294967296 - 2147483648 AS integer) AS newest
FROM (SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END AS id FROM event_id_seq) AS newest;

CREATE OR REPLACE VIEW event_horizon AS
WITH newest AS MATERIALIZED (
  SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END AS id FROM event_id_seq
)
SELECT LEAST(newest.id, (
  SELECT MIN(newest.id - ((newest.id - CAST(held.objid AS bigint)) & 4294967295))
  FROM pg_locks AS held
  WHERE held.locktype = 'advisory' AND held.objsubid = 2 AND held.classid = CAST(CAST('event' AS regclass) AS oid)
    AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
)) AS id
FROM newest;

-- Whoever writes a job holds its image in the same transaction, and whoever writes an attempt or a result holds its job: a foreign key would look for it once
-- more for each row, and lock it again. What is left of it is the cascade.
ALTER TABLE job DROP CONSTRAINT job_image_id_fkey;
ALTER TABLE attempt DROP CONSTRAINT attempt_job_id_fkey;
ALTER TABLE result DROP CONSTRAINT result_job_id_fkey;
CREATE FUNCTION image_gone() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN
  DELETE FROM job WHERE image_id = OLD.id;
  RETURN NULL;
END $$;
CREATE TRIGGER image_gone AFTER DELETE ON image FOR EACH ROW EXECUTE FUNCTION image_gone();
CREATE FUNCTION job_gone() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN
  DELETE FROM attempt WHERE job_id = OLD.id;
  DELETE FROM result WHERE job_id = OLD.id;
  RETURN NULL;
END $$;
CREATE TRIGGER job_gone AFTER DELETE ON job FOR EACH ROW EXECUTE FUNCTION job_gone();

-- Hot tables are vacuumed after a tenth of their rows and not a fifth, and by more work at a time: the claim reads the head of an index whose dead
-- entries only a vacuum takes away.
ALTER TABLE job SET (autovacuum_vacuum_scale_factor = 0.1, autovacuum_analyze_scale_factor = 0.05, autovacuum_vacuum_threshold = 25,
                     autovacuum_vacuum_cost_delay = 10, autovacuum_vacuum_cost_limit = 1000, fillfactor = 85);
ALTER TABLE attempt SET (autovacuum_vacuum_scale_factor = 0.1, autovacuum_analyze_scale_factor = 0.05, autovacuum_vacuum_threshold = 25,
                         autovacuum_vacuum_cost_delay = 10, autovacuum_vacuum_cost_limit = 1000);
-- An image is written again once, for its result: that version should find room beside the first.
ALTER TABLE image SET (autovacuum_vacuum_scale_factor = 0.1, autovacuum_analyze_scale_factor = 0.05, autovacuum_vacuum_threshold = 25,
                       autovacuum_vacuum_cost_delay = 10, autovacuum_vacuum_cost_limit = 1000, fillfactor = 70);
ALTER TABLE queue_start SET (autovacuum_vacuum_scale_factor = 0.1, autovacuum_vacuum_threshold = 25, autovacuum_vacuum_cost_delay = 10,
                             autovacuum_vacuum_cost_limit = 1000);
-- Few rows, each changed all the time: a new version should find room beside the old one.
ALTER TABLE node SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200, fillfactor = 50);
ALTER TABLE lane_start SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200, fillfactor = 50);
ALTER TABLE queue SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200, fillfactor = 50);

-- json_each as SQLite has it, as far as the store's statements use it: the items of a JSON list, so that a list of ids is one parameter.
CREATE FUNCTION json_each(list TEXT) RETURNS TABLE (value TEXT) LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 100
  AS 'SELECT json_array_elements_text(CAST(list AS json))';

-- Held until the end of the transaction, see sql_store_images.cpp. The number only keeps these locks apart from others.
CREATE FUNCTION lock_content(content TEXT) RETURNS BIGINT LANGUAGE sql VOLATILE STRICT
  AS 'SELECT CAST(0 AS BIGINT) FROM (SELECT pg_advisory_xact_lock(hashtextextended(content, 6271))) AS held';
