-- case: a sleep without a timeout
SELECT set_config('statement_timeout', '0', false);
SELECT pg_sleep(1000);
-- case: a loop that swallows its cancellation
SELECT set_config('statement_timeout', '0', false);
DO $$ BEGIN
  LOOP
    BEGIN PERFORM pg_sleep(1000); EXCEPTION WHEN query_canceled THEN NULL; END;
  END LOOP;
END $$;
-- case: a copy that waits for rows
CREATE TABLE t (a text);
SELECT set_config('standard_conforming_strings', 'off', false);
SELECT 'x\', '; COPY t FROM stdin; --';
