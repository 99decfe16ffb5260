-- passes: nobody but the owner may use it, while others of the schema were granted
CREATE TABLE t ();
CREATE VIEW v AS SELECT 1 AS x;
GRANT SELECT ON v TO app;

-- passes: another schema
CREATE SCHEMA s;
CREATE TABLE s.t ();

-- passes: a view
CREATE VIEW v AS SELECT 1 AS x;

-- finds public.t: a schema without any grant was written down without them
CREATE TABLE t ();

-- finds public.t: a grant on a single column is enough
CREATE TABLE t (a int);
CREATE TABLE u ();
GRANT SELECT (a) ON t TO app;

-- finds public.p: a partition does not have the row security of its parent
CREATE TABLE t (n int) PARTITION BY LIST (n);
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE TABLE p PARTITION OF t DEFAULT;
