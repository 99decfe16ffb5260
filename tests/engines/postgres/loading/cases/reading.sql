-- case: COPY FROM a file
CREATE TABLE t (a text);
COPY t FROM '%(secret)s';
-- case: COPY FROM a file in a block
CREATE TABLE t (a text);
DO $$ BEGIN EXECUTE 'COPY t FROM ''%(secret)s'''; END $$;
-- case: pg_read_file
CREATE TABLE t AS SELECT pg_read_file('%(secret)s') AS a;
-- case: pg_read_file in a view
CREATE VIEW v AS SELECT pg_read_file('%(secret)s') AS a;
CREATE TABLE t AS TABLE v;
-- case: pg_read_binary_file in a default
CREATE TABLE t (a int, b bytea DEFAULT pg_read_binary_file('%(secret)s'));
DO $$ BEGIN INSERT INTO t VALUES (1); END $$;
-- case: lo_import
SELECT lo_import('%(secret)s');
-- case: pg_stat_file
SELECT pg_stat_file('%(secret)s');
-- case: pg_ls_dir
SELECT pg_ls_dir('/');
-- case: a script in a script
\i %(secret)s
-- case: a script beside a script
\ir %(secret)s
-- case: a client-side copy
CREATE TABLE t (a text);
\copy t FROM %(secret)s
-- case: a foreign file
CREATE EXTENSION file_fdw;
CREATE SERVER s FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE f (a text) SERVER s OPTIONS (filename '%(secret)s');
CREATE TABLE t AS TABLE f;
