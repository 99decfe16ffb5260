-- case: another encoding
DO $$ BEGIN
  PERFORM set_config('client_encoding', 'LATIN1', false);
  RAISE EXCEPTION '%', chr(233);
END $$;
-- case: its own end
SET ROLE NONE;
SELECT pg_terminate_backend(pg_backend_pid());
-- case: a huge error
DO $$ BEGIN RAISE EXCEPTION '%', repeat('x', 10000000); END $$;
-- case: a huge notice
DO $$ BEGIN
  SET client_min_messages = notice;
  RAISE NOTICE '%', repeat('x', 10000000);
END $$;
-- case: a huge reported setting
SELECT set_config('search_path', repeat('a,', 3000000) || 'b', false);
