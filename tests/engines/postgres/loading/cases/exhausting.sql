-- case: a loop
-- expect: statement timeout
DO $$ BEGIN LOOP NULL; END LOOP; END $$;
-- case: a sleep
-- expect: statement timeout
SELECT pg_sleep(1000);
-- case: endless rows
-- expect: statement timeout
SELECT count(*) FROM generate_series(1, 1e12::bigint) a;
-- case: endless rows for the client
-- expect: statement timeout
SELECT repeat('x', 1000000) FROM generate_series(1, 1000000);
-- case: a sleep after the timeout is unset
-- expect: statement timeout
SET statement_timeout = 0;
SELECT pg_sleep(1000);
-- case: a recursion
-- expect: stack depth limit
CREATE FUNCTION r(int) RETURNS int LANGUAGE sql AS 'SELECT r($1 + 1)';
SELECT r(1);
-- case: a large table
-- expect: its database grew beyond
SELECT set_config('statement_timeout', '0', false);
CREATE TABLE t AS SELECT repeat(md5(a::text), 50) FROM (SELECT generate_series(1, 1000000000) AS a) s;
-- case: a large temporary table
-- expect: its database grew beyond
SELECT set_config('statement_timeout', '0', false);
CREATE TEMP TABLE t AS SELECT repeat(md5(a::text), 50) FROM (SELECT generate_series(1, 1000000000) AS a) s;
-- case: a large array
-- expect: bytes of memory
SELECT set_config('statement_timeout', '0', false);
DO $$ DECLARE a text[]; BEGIN
  FOR i IN 1..100000 LOOP a := a || repeat('x', 10000000); END LOOP;
END $$;
-- case: a long comment
-- expect: bytes of text
CREATE TABLE t ();
DO $$ BEGIN EXECUTE format('COMMENT ON TABLE t IS %L', repeat('x', 3000000)); END $$;
-- case: many tables
-- expect: objects and columns
DO $$ BEGIN
  FOR i IN 1..300 LOOP EXECUTE format('CREATE TABLE t%s ()', i); END LOOP;
END $$;
