-- What only PostgreSQL needs on top of ../0004_search_and_uploads.sql, in the same transaction.

-- instr as SQLite has it: where `part` begins in `whole`, 0 if it is not in it.
CREATE FUNCTION instr(whole TEXT, part TEXT) RETURNS INTEGER LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT strpos(whole, part)';
