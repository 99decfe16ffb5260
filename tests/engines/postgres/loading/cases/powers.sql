-- case: a C function
-- expect: refused: LANGUAGE c
CREATE FUNCTION f() RETURNS int LANGUAGE c AS '$libdir/pgstattuple', 'x';
-- case: an internal function
-- expect: refused: LANGUAGE internal
CREATE FUNCTION f(cstring) RETURNS int LANGUAGE internal AS 'int4in';
-- case: a C function in a block
-- expect: permission denied for language c
DO $$ BEGIN EXECUTE 'CREATE FUNCTION f() RETURNS int LANGUAGE c AS ''x'', ''y'''; END $$;
-- case: an internal function in a block
-- expect: permission denied for language internal
DO $$ BEGIN EXECUTE 'CREATE FUNCTION f(cstring) RETURNS int LANGUAGE internal AS ''int4in'''; END $$;
-- case: a library
-- expect: refused: LOAD
LOAD '$libdir/pgstattuple';
-- case: a library in a block
-- expect: is not allowed|access to library
DO $$ BEGIN LOAD '$libdir/pgstattuple'; END $$;
-- case: an untrusted language
-- expect: is not available
CREATE EXTENSION plpython3u;
-- case: an untrusted language by its old name
-- expect: is not available
CREATE LANGUAGE plperlu;
-- case: a language of one's own
-- expect: refused: language
CREATE LANGUAGE l HANDLER plpgsql_call_handler;
-- case: a base type
-- expect: refused: a base type
CREATE TYPE t;
CREATE TYPE t (INPUT = int4in, OUTPUT = int4out);
-- case: an access method
-- expect: refused: an access method
CREATE ACCESS METHOD m TYPE TABLE HANDLER heap_tableam_handler;
-- case: a text search template
-- expect: refused: a text search template
CREATE TEXT SEARCH TEMPLATE t (INIT = dsynonym_init, LEXIZE = dispell_lexize);
-- case: a tablespace
-- expect: refused: a tablespace
CREATE TABLESPACE s LOCATION '/tmp';
-- case: a database
-- expect: refused: CREATE DATABASE
CREATE DATABASE d;
-- case: another database goes
-- expect: refused: DROP DATABASE
DROP DATABASE postgres;
-- case: a server-wide setting
-- expect: refused: ALTER SYSTEM
ALTER SYSTEM SET work_mem = '1GB';
-- case: a server-wide setting in a block
-- expect: cannot be executed|permission denied
DO $$ BEGIN ALTER SYSTEM SET work_mem = '1GB'; END $$;
-- case: another user of the session
-- expect: refused: SET SESSION AUTHORIZATION
SET SESSION AUTHORIZATION shadow_superuser;
-- case: another user of the session in a block
-- expect: permission denied to set session authorization
DO $$ BEGIN SET SESSION AUTHORIZATION shadow_superuser; END $$;
-- case: another user of the session by function
-- expect: permission denied to set session authorization
SELECT set_config('session_authorization', 'shadow_superuser', false);
-- case: the superuser as role
-- expect: permission denied to set role
SET ROLE shadow_superuser;
-- case: the superuser as role by function
-- expect: permission denied to set role
SELECT set_config('role', 'shadow_superuser', false);
-- case: the settings are read again
-- expect: permission denied for function
SELECT pg_reload_conf();
-- case: another log
-- expect: permission denied for function
SELECT pg_rotate_logfile();
-- case: a replication slot
-- expect: permission denied
SELECT pg_create_physical_replication_slot('s');
-- case: the sessions of others
-- expect: permission denied to terminate
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid();
-- case: a function in pg_catalog
-- expect: permission denied for schema pg_catalog
CREATE FUNCTION pg_catalog.f() RETURNS int LANGUAGE sql AS 'SELECT 1';
-- case: a built-in function becomes leakproof
-- expect: refused: the function is not the schema's own
ALTER FUNCTION pg_catalog.lower(text) LEAKPROOF;
-- case: a built-in function changes hands
-- expect: must be owner of function
ALTER FUNCTION pg_catalog.lower(text) OWNER TO a;
-- case: pg_catalog changes hands
-- expect: must be owner of schema
ALTER SCHEMA pg_catalog OWNER TO a;
-- case: a system table changes hands
-- expect: must be owner of table
ALTER TABLE pg_catalog.pg_class OWNER TO a;
-- case: a built-in type changes hands behind a temporary one
-- expect: must be owner of type
CREATE TEMP TABLE oid (a int);
ALTER TYPE pg_catalog.oid OWNER TO a;
-- case: a rule on a system table
-- expect: must be owner|permission denied
CREATE RULE r AS ON INSERT TO pg_catalog.pg_class DO INSTEAD NOTHING;
-- case: a trigger on a system table
-- expect: permission denied
CREATE TRIGGER t BEFORE INSERT ON pg_catalog.pg_class
  EXECUTE FUNCTION suppress_redundant_updates_trigger();
-- case: rows of pg_authid
-- expect: permission denied for table pg_authid
DO $$ BEGIN UPDATE pg_authid SET rolsuper = true; END $$;
-- case: rows of pg_proc
-- expect: permission denied for table pg_proc
DO $$ BEGIN UPDATE pg_proc SET prosecdef = true; END $$;
-- case: the passwords
-- expect: permission denied for table pg_authid
CREATE TABLE t AS SELECT * FROM pg_authid;
-- case: the database changes hands
-- expect: must be able to SET ROLE|permission denied
DO $$ BEGIN
  EXECUTE format('ALTER DATABASE %%I OWNER TO pg_read_all_data', current_database());
END $$;
-- case: the database changes its name
-- expect: permission denied to rename database
DO $$ BEGIN EXECUTE format('ALTER DATABASE %%I RENAME TO x', current_database()); END $$;
-- case: a prepared transaction
-- expect: refused: a script that undoes
PREPARE TRANSACTION 'x';
-- case: an event trigger in a block
-- expect: permission denied to create event trigger
CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
DO $$ BEGIN CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION e(); END $$;
-- case: a server-wide setting that is hidden in a literal
-- expect: permission denied|cannot run inside
SELECT set_config('standard_conforming_strings', 'off', false);
SELECT 'x\', '; ALTER SYSTEM SET work_mem = 1; --';
