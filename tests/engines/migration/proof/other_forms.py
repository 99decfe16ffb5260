"""Forms of partitions, views, types, sequences, and of rows."""

from tests.engines.migration.proof.form import Form

_PARTS = """CREATE TABLE @.pt (a int NOT NULL, b int) PARTITION BY LIST (a);
CREATE TABLE @.pt1 PARTITION OF @.pt FOR VALUES IN (1);
CREATE TABLE @.pt2 PARTITION OF @.pt FOR VALUES IN (2);"""
_DEFAULT = f"{_PARTS} CREATE TABLE @.pd PARTITION OF @.pt DEFAULT;"
_PART_REFERENCE = "ALTER TABLE @.pt ADD CONSTRAINT k FOREIGN KEY (b) REFERENCES @.p"
_NEW_PART = "CREATE TABLE @.n3 (a int NOT NULL, b int);"
_FUNCTION = """CREATE FUNCTION @.f() RETURNS trigger LANGUAGE plpgsql
  AS 'BEGIN RETURN NEW; END';"""
_MATVIEW = "CREATE MATERIALIZED VIEW @.mv AS SELECT id FROM @.t;"
_VIEW = "CREATE VIEW @.vw AS SELECT id FROM @.t;"
_DOMAIN = "CREATE DOMAIN @.d AS int; ALTER TABLE @.t ADD COLUMN x @.d;"
_ENUM = "CREATE TYPE @.e AS ENUM ('a', 'b');"
_LABELED = f"{_ENUM} ALTER TABLE @.t ADD COLUMN x @.e;"
_PUBLICATION = "CREATE PUBLICATION @_pub FOR TABLE @.t;"
_INHERITED = "CREATE TABLE @.q (z int); CREATE TABLE @.ch (z int);"
_TYPED = "CREATE TYPE @.ct AS (z int); CREATE TABLE @.tt OF @.ct;"
_SEQUENCE = "CREATE SEQUENCE @.s;"
_MANY = "pt pt1 pt2"

PARTITIONS = (
    Form(sql="ALTER TABLE @.pt ADD COLUMN x int", locks=f"AE {_MANY}", setup=_PARTS),
    Form(
        sql="ALTER TABLE @.pt ADD CHECK (a > 0)",
        locks=f"AE {_MANY}",
        scanned="pt1 pt2",
        setup=_PARTS,
    ),
    Form(
        sql="ALTER TABLE @.pt ALTER COLUMN b SET NOT NULL",
        locks=f"AE {_MANY}",
        scanned="pt1 pt2",
        setup=_PARTS,
        before=("UPDATE @.pt SET b = 1",),
    ),
    Form(sql="ALTER TABLE @.pt ADD CHECK (a > 0) NOT VALID", locks=f"AE {_MANY}", setup=_PARTS),
    Form(
        sql="ALTER TABLE @.pt ADD PRIMARY KEY (a)",
        locks=f"AE {_MANY}",
        # Before named NOT NULLs nothing is left to change about a column that has one.
        older_locks="AE pt S pt1 pt2",
        scanned="pt1 pt2",
        setup=_PARTS,
        before=("DELETE FROM @.pt WHERE b <> 1 AND b <> 2 OR b IS NULL",),
    ),
    Form(
        sql=_PART_REFERENCE,
        locks=f"SRE {_MANY} p",
        scanned="pt1 pt2 p",
        setup=_PARTS,
        before=("UPDATE @.pt SET b = 1",),
    ),
    Form(
        sql=f"{_PART_REFERENCE} NOT VALID",
        locks=f"SRE {_MANY} p",
        setup=_PARTS,
        since=18,
    ),
    Form(
        sql="ALTER TABLE @.pt VALIDATE CONSTRAINT k",
        locks=f"SUE {_MANY} RS p",
        scanned="pt1 pt2 p",
        setup=f"{_PARTS} {_PART_REFERENCE} NOT VALID;",
        since=18,
    ),
    Form(
        sql="ALTER TABLE @.pt ATTACH PARTITION @.n3 FOR VALUES IN (3)",
        locks="SUE pt AE n3",
        scanned="n3",
        setup=f"{_PARTS} {_NEW_PART}",
        before=("UPDATE @.n3 SET a = 3",),
    ),
    Form(
        sql="ALTER TABLE @.pt ATTACH PARTITION @.n3 FOR VALUES IN (3)",
        locks="SUE pt AE n3",
        setup=f"{_PARTS} {_NEW_PART} ALTER TABLE @.n3 ADD CHECK (a = 3);",
    ),
    Form(
        sql="ALTER TABLE @.pt ATTACH PARTITION @.n3 FOR VALUES IN (3)",
        locks="SUE pt AE n3 pd",
        scanned="n3 pd",
        setup=f"{_DEFAULT} {_NEW_PART}",
        before=("UPDATE @.n3 SET a = 3",),
    ),
    Form(sql="ALTER TABLE @.pt DETACH PARTITION @.pt1", locks="AE pt pt1", setup=_PARTS),
    Form(sql="ALTER TABLE @.pt DETACH PARTITION @.pt1", locks="AE pt pt1 pd", setup=_DEFAULT),
    Form(sql="CREATE TABLE @.n PARTITION OF @.pt FOR VALUES IN (9)", locks="AE pt", setup=_PARTS),
    Form(
        sql="CREATE TABLE @.n PARTITION OF @.pt FOR VALUES IN (9)",
        locks="AE pt pd",
        scanned="pd",
        setup=_DEFAULT,
    ),
    Form(sql="DROP TABLE @.pt1", locks="AE pt pt1 pd", setup=_DEFAULT),
    Form(sql="CREATE INDEX i ON @.pt (b)", locks=f"S {_MANY}", scanned="pt1 pt2", setup=_PARTS),
    Form(sql="CREATE INDEX i ON ONLY @.pt (b)", locks="S pt", setup=_PARTS),
    Form(
        sql="ALTER INDEX @.i ATTACH PARTITION @.i1",
        locks="AS pt pt1 SUE i AE i1",
        setup=f"{_PARTS} CREATE INDEX i ON ONLY @.pt (b); CREATE INDEX i1 ON @.pt1 (b);",
    ),
    Form(
        sql="DROP INDEX @.i",
        locks=f"AE {_MANY} i pt1_b_idx pt2_b_idx",
        setup=f"{_PARTS} CREATE INDEX i ON @.pt (b);",
    ),
    Form(sql="ALTER TABLE @.ch INHERIT @.q", locks="AE ch SUE q", setup=_INHERITED),
    Form(
        sql="ALTER TABLE @.ch NO INHERIT @.q",
        locks="AE ch AS q",
        setup=f"{_INHERITED} ALTER TABLE @.ch INHERIT @.q;",
    ),
)
OTHERS = (
    Form(sql="CREATE VIEW @.vw AS SELECT id FROM @.t", locks="AS t"),
    Form(
        sql="CREATE OR REPLACE VIEW @.vw AS SELECT id, a FROM @.t", locks="AS t AE vw", setup=_VIEW
    ),
    Form(sql="ALTER VIEW @.vw SET (security_barrier)", locks="AE vw", setup=_VIEW),
    Form(sql="ALTER VIEW @.vw RENAME TO vx", locks="AE vw", setup=_VIEW),
    Form(sql="DROP VIEW @.vw", locks="AE vw", setup=_VIEW),
    Form(sql=_MATVIEW.removesuffix(";"), locks="AS t", scanned="t"),
    Form(sql="DROP MATERIALIZED VIEW @.mv", locks="AE mv", setup=_MATVIEW),
    Form(sql="ALTER MATERIALIZED VIEW @.mv RENAME TO mw", locks="AE mv", setup=_MATVIEW),
    Form(
        sql="REFRESH MATERIALIZED VIEW @.mv",
        locks="AE mv AS t",
        rewritten="mv",
        scanned=None,
        setup=_MATVIEW,
    ),
    Form(
        sql="REFRESH MATERIALIZED VIEW CONCURRENTLY @.mv",
        locks="E mv RE mi AS t",
        scanned=None,
        setup=f"{_MATVIEW} CREATE UNIQUE INDEX mi ON @.mv (id);",
    ),
    Form(sql="ALTER TYPE @.e ADD VALUE 'z'", setup=_LABELED),
    Form(sql="ALTER TYPE @.e RENAME VALUE 'a' TO 'z'", setup=_LABELED),
    Form(sql="ALTER TYPE @.e RENAME TO z", setup=_LABELED),
    Form(sql="ALTER TYPE @.ct ADD ATTRIBUTE y int CASCADE", locks="AE tt", setup=_TYPED),
    Form(sql="ALTER TYPE @.ct DROP ATTRIBUTE z CASCADE", locks="AE tt", setup=_TYPED),
    Form(sql="ALTER DOMAIN @.d ADD CHECK (VALUE <> 0)", locks="S t", scanned="t", setup=_DOMAIN),
    Form(
        sql="ALTER DOMAIN @.d SET NOT NULL",
        locks="S t",
        scanned="t",
        setup=_DOMAIN,
        before=("UPDATE @.t SET x = 1",),
    ),
    Form(
        sql="ALTER DOMAIN @.d VALIDATE CONSTRAINT c",
        locks="S t",
        scanned="t",
        setup=f"{_DOMAIN} ALTER DOMAIN @.d ADD CONSTRAINT c CHECK (VALUE <> 0) NOT VALID;",
    ),
    Form(sql="ALTER DOMAIN @.d ADD CHECK (VALUE <> 0) NOT VALID", setup=_DOMAIN),
    Form(sql="ALTER DOMAIN @.d SET DEFAULT 1", setup=_DOMAIN),
    Form(
        sql="ALTER DOMAIN @.d DROP CONSTRAINT c",
        setup=f"{_DOMAIN} ALTER DOMAIN @.d ADD CONSTRAINT c CHECK (VALUE <> 0);",
    ),
    Form(sql=_FUNCTION.replace("CREATE", "CREATE OR REPLACE").removesuffix(";"), setup=_FUNCTION),
    Form(sql="ALTER FUNCTION @.f() COST 7", setup=_FUNCTION),
    Form(
        sql="DROP FUNCTION @.g(int) CASCADE",
        locks="AE t fi",
        setup="""CREATE FUNCTION @.g(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1';
          CREATE INDEX fi ON @.t (@.g(n));""",
    ),
    Form(sql="ALTER SEQUENCE @.s INCREMENT 2", locks="SRE s", rewritten="s", setup=_SEQUENCE),
    Form(sql="ALTER SEQUENCE @.s RESTART", locks="SRE s", rewritten="s", setup=_SEQUENCE),
    Form(sql="ALTER SEQUENCE @.s OWNED BY @.t.n", locks="SRE s AS t", setup=_SEQUENCE),
    Form(sql="ALTER SEQUENCE @.s RENAME TO z", locks="AE s", setup=_SEQUENCE),
    Form(sql="DROP SEQUENCE @.s", locks="AE s", setup=_SEQUENCE),
    Form(sql="CREATE SCHEMA @_new"),
    Form(sql="ALTER SCHEMA @_old RENAME TO @_newer", setup="CREATE SCHEMA @_old;"),
    Form(sql="DROP PUBLICATION @_pub", setup=_PUBLICATION),
    Form(sql="UPDATE @.t SET a = 1", locks="RE t idx", scanned=None),
    Form(sql="DELETE FROM @.t", locks="RE t idx", scanned=None),
    Form(sql="SELECT * FROM @.t FOR UPDATE", locks="RS t idx", scanned=None),
    Form(sql="SELECT * FROM @.t", locks="AS t", scanned=None),
    Form(sql="LOCK @.t IN SHARE MODE", locks="S t"),
)
