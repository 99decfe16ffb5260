CREATE TABLE t (id integer PRIMARY KEY, s character varying(9), at timestamptz);
CREATE VIEW one AS SELECT id, s FROM t WHERE s IN ('a', 'b');
CREATE VIEW two WITH (security_invoker) AS SELECT id, s FROM one WITH CASCADED CHECK OPTION;
CREATE RULE around AS ON INSERT TO one DO INSTEAD INSERT INTO t SELECT id, s FROM two;
CREATE RULE told AS ON UPDATE TO t WHERE new.s IN ('a', 'b') AND old.id > -(1) DO ALSO DELETE FROM t WHERE id = -(2);
ALTER TABLE t DISABLE RULE told;
CREATE VIEW grouped AS SELECT id, s, count(*) FROM t GROUP BY id;
CREATE VIEW constants AS SELECT k FROM (SELECT 'a' AS k UNION ALL SELECT 'b') q
  WHERE EXISTS (SELECT 'x' FROM t WHERE s NOT IN ('c', 'd'));
CREATE VIEW defaulted AS SELECT id, s, at FROM t;
ALTER VIEW defaulted ALTER s SET DEFAULT 'none';
COMMENT ON COLUMN defaulted.s IS 'state';
CREATE FUNCTION put() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER put INSTEAD OF INSERT ON defaulted FOR EACH ROW EXECUTE FUNCTION put();
CREATE MATERIALIZED VIEW kept AS SELECT s, at AT TIME ZONE 'UTC' AS utc FROM t;
CREATE UNIQUE INDEX kept_once ON kept (s, (utc::date)) WHERE s IN ('a', 'b');
CREATE MATERIALIZED VIEW kept_again AS SELECT count(*) FROM kept;
CREATE RECURSIVE VIEW counting (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM counting WHERE n < 9;
CREATE VIEW later AS SELECT '2026-01-01 00:00+02'::timestamptz AS at, interval '1 day 02:03' AS i,
  1e300::float8 / 3 AS f, '\x00'::bytea AS b, 5::money AS m;
ALTER TABLE t RENAME COLUMN s TO state;
