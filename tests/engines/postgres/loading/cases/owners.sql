-- case: a schema and a table in it
CREATE SCHEMA s;
CREATE TABLE s.t ();
ALTER SCHEMA s OWNER TO a;
ALTER TABLE s.t OWNER TO a;
-- case: a table that is altered later
CREATE TABLE t ();
ALTER TABLE t OWNER TO a;
ALTER TABLE t ADD b int;
-- case: a function
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
ALTER FUNCTION f() OWNER TO a;
-- case: a type
CREATE TYPE e AS ENUM ();
ALTER TYPE e OWNER TO a;
-- case: a publication
CREATE PUBLICATION p;
ALTER PUBLICATION p OWNER TO a;
-- case: a server
CREATE EXTENSION postgres_fdw;
CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw;
ALTER SERVER s OWNER TO a;
-- case: the public schema of a dump
ALTER SCHEMA public OWNER TO pg_database_owner;
