CREATE TABLE notes (id int PRIMARY KEY);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;

-- passes: it asks as its caller
CREATE VIEW v WITH (security_invoker = true) AS SELECT * FROM notes;

-- passes: no row security to bypass
CREATE TABLE t (a int);
CREATE VIEW v AS SELECT a FROM t;

-- passes: row security holds for the owner of both, too
ALTER TABLE notes FORCE ROW LEVEL SECURITY;
CREATE VIEW v AS SELECT id FROM notes;

-- passes: another schema
CREATE SCHEMA s;
CREATE VIEW s.v AS SELECT id FROM notes;

-- finds public.a, public.b: through another view, and without a single column
CREATE SCHEMA s;
CREATE VIEW s.inner AS SELECT id FROM notes;
CREATE VIEW a AS SELECT * FROM s.inner;
CREATE VIEW b WITH (security_invoker = off) AS SELECT count(*) FROM notes;

-- finds public.v: forced on the table's owner, but the view has another
ALTER TABLE notes FORCE ROW LEVEL SECURITY;
ALTER TABLE notes OWNER TO app;
CREATE VIEW v AS SELECT id FROM notes;
