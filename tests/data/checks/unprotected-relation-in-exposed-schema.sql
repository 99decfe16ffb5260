-- passes: nobody but the owner may use it, while others of the schema were granted
CREATE MATERIALIZED VIEW m AS SELECT 1 AS x;
CREATE TABLE t ();
GRANT ALL ON t TO app;

-- finds public.f, public.m: both kinds
CREATE EXTENSION file_fdw;
CREATE SERVER s FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE f (a int) SERVER s OPTIONS (filename '/dev/null');
CREATE MATERIALIZED VIEW m AS SELECT 1 AS x;
