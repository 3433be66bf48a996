-- A job is written three times: put in, started, ended. Where a page is full, PostgreSQL writes a record of the old row's lock first and then takes another
-- page; where it has room, the row stays, and the old ones are cleared out of the page without a vacuum. So the table ends smaller, too.
ALTER TABLE job SET (fillfactor = 40);
