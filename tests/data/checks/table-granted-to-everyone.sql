-- passes: a role of one's own
CREATE TABLE t ();
GRANT ALL ON t TO app;

-- finds public.t.a, public.m: a single column, and a materialized view
CREATE TABLE t (a int);
GRANT UPDATE (a) ON t TO PUBLIC;
CREATE MATERIALIZED VIEW m AS SELECT 1 AS x;
GRANT ALL ON m TO PUBLIC;
