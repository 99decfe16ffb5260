"""Forms of constraints, indexes, and what else belongs to a table."""

from tests.engines.migration.proof.form import ALL, Form, light, rewriting, scanning

_REFERENCE = "ALTER TABLE @.t ADD CONSTRAINT k FOREIGN KEY (p_id) REFERENCES @.p"
_FUNCTION = """CREATE FUNCTION @.f() RETURNS trigger LANGUAGE plpgsql
  AS 'BEGIN RETURN NEW; END';"""
_TRIGGER = f"""{_FUNCTION} CREATE TRIGGER tr BEFORE UPDATE ON @.t FOR EACH ROW
  EXECUTE FUNCTION @.f();"""
_MATVIEW = "CREATE MATERIALIZED VIEW @.mv AS SELECT id FROM @.t;"
_VIEW = "CREATE VIEW @.vw AS SELECT id FROM @.t;"
_POLICY = "CREATE POLICY po ON @.t USING (true);"
_RULE = "CREATE RULE r AS ON DELETE TO @.t DO INSTEAD NOTHING;"
_PUBLICATION = "CREATE PUBLICATION @_pub FOR TABLE @.t;"
_REFERRED = ("UPDATE @.t SET p_id = 1",)

CONSTRAINTS = (
    scanning("ADD CHECK (n IS NOT NULL)"),
    light("ADD CHECK (n IS NOT NULL) NOT VALID"),
    scanning(
        "VALIDATE CONSTRAINT c",
        "SUE t",
        setup="ALTER TABLE @.t ADD CONSTRAINT c CHECK (n IS NOT NULL) NOT VALID;",
    ),
    scanning(
        "VALIDATE CONSTRAINT c",
        "SUE t",
        setup="ALTER TABLE @.t ADD CONSTRAINT c NOT NULL a NOT VALID;",
        since=18,
    ),
    light("ADD CHECK (n > 0) NOT ENFORCED", since=18),
    Form(sql=_REFERENCE, locks="SRE t p", scanned="t p", before=_REFERRED),
    Form(sql=f"{_REFERENCE} NOT VALID", locks="SRE t p"),
    Form(sql=f"{_REFERENCE} NOT ENFORCED", locks="SRE t p", since=18),
    Form(
        sql="ALTER TABLE @.t VALIDATE CONSTRAINT k",
        locks="SUE t RS p",
        scanned="t p",
        setup=f"{_REFERENCE} NOT VALID;",
    ),
    scanning("ADD UNIQUE (n)"),
    scanning("ADD EXCLUDE USING btree (n WITH =)"),
    Form(
        sql="ALTER TABLE @.q ADD PRIMARY KEY (z)",
        locks="AE q",
        scanned="q",
        setup="CREATE TABLE @.q (z int NOT NULL);",
    ),
    light(
        "ADD CONSTRAINT c UNIQUE USING INDEX u",
        "AE t SUE u",
        setup="CREATE UNIQUE INDEX u ON @.t (n);",
    ),
    Form(
        sql="ALTER TABLE @.q ADD CONSTRAINT c PRIMARY KEY USING INDEX u",
        locks="AE q SUE u",
        setup="CREATE TABLE @.q (z int NOT NULL); CREATE UNIQUE INDEX u ON @.q (z);",
    ),
    Form(
        sql="ALTER TABLE @.q ADD CONSTRAINT c PRIMARY KEY USING INDEX u",
        locks="AE q SUE u",
        scanned="q",
        setup="CREATE TABLE @.q (z int); CREATE UNIQUE INDEX u ON @.q (z);",
        before=("DELETE FROM @.q WHERE z IS NULL",),
    ),
    light("DROP CONSTRAINT c", setup="ALTER TABLE @.t ADD CONSTRAINT c CHECK (n <> 0);"),
    light("DROP CONSTRAINT c", "AE t c", setup="ALTER TABLE @.t ADD CONSTRAINT c UNIQUE (n);"),
    light("DROP CONSTRAINT t_pkey", "AE t t_pkey"),
    light("RENAME CONSTRAINT c TO d", setup="ALTER TABLE @.t ADD CONSTRAINT c CHECK (n <> 0);"),
    light("DROP CONSTRAINT k", "AE t p", setup=f"{_REFERENCE};"),
    Form(
        sql="ALTER TABLE @.t DROP CONSTRAINT k, ADD FOREIGN KEY (p_id) REFERENCES @.p",
        locks="AE t p",
        scanned="t p",
        setup=f"{_REFERENCE};",
    ),
    light("ALTER CONSTRAINT k DEFERRABLE", setup=f"{_REFERENCE};"),
    light("ALTER CONSTRAINT k NOT ENFORCED", "AE t p", setup=f"{_REFERENCE};", since=18),
)
INDEXES = (
    Form(sql="CREATE INDEX i ON @.t (a)", locks="S t", scanned="t"),
    Form(sql="CREATE UNIQUE INDEX i ON @.t (n)", locks="S t", scanned="t"),
    Form(sql="CREATE INDEX i ON @.mv (id)", locks="S mv", scanned="mv", setup=_MATVIEW),
    Form(sql="DROP INDEX @.t_v", locks="AE t t_v"),
    Form(sql="ALTER INDEX @.t_v RENAME TO t_w", locks="SUE t_v"),
    Form(sql="ALTER INDEX @.t_v SET (fillfactor = 50)", locks="SUE t_v"),
    Form(sql="ALTER INDEX @.t_v SET TABLESPACE pg_default", locks="AE t_v"),
    Form(sql="REINDEX INDEX @.t_v", locks="S t AE t_v", rewritten="t_v", scanned="t"),
    Form(sql="REINDEX TABLE @.t", locks="S t AE idx", rewritten="idx", scanned="t"),
    Form(sql="CLUSTER @.t USING t_pkey", locks="AE t idx", rewritten=ALL, scanned=None),
)
TABLES = (
    light("RENAME TO z"),
    light("SET SCHEMA @_s", setup="CREATE SCHEMA @_s;"),
    light("OWNER TO someone", "AE t idx"),
    light("REPLICA IDENTITY FULL"),
    light("ENABLE ROW LEVEL SECURITY"),
    light("FORCE ROW LEVEL SECURITY"),
    light("SET WITHOUT OIDS"),
    light("SET TABLESPACE pg_default"),
    Form(sql="CREATE POLICY po ON @.t USING (true)", locks="AE t"),
    Form(sql="ALTER POLICY po ON @.t USING (false)", locks="AE t", setup=_POLICY),
    Form(sql="DROP POLICY po ON @.t", locks="AE t", setup=_POLICY),
    Form(sql=_RULE.removesuffix(";"), locks="AE t"),
    Form(sql="DROP RULE r ON @.t", locks="AE t", setup=_RULE),
    Form(
        sql="CREATE TRIGGER tr AFTER INSERT ON @.t FOR EACH ROW EXECUTE FUNCTION @.f()",
        locks="SRE t",
        setup=_FUNCTION,
    ),
    light("DISABLE TRIGGER tr", "SRE t", setup=_TRIGGER),
    light("ENABLE REPLICA TRIGGER tr", "SRE t", setup=_TRIGGER),
    Form(sql="DROP TRIGGER tr ON @.t", locks="AE t", setup=_TRIGGER),
    Form(sql="ALTER TRIGGER tr ON @.t RENAME TO ts", locks="AE t", setup=_TRIGGER),
    light("SET (fillfactor = 50)", "SUE t"),
    light("RESET (autovacuum_enabled)", "SUE t"),
    light("CLUSTER ON t_pkey", "SUE t t_pkey"),
    light("SET WITHOUT CLUSTER", "SUE t"),
    rewriting("SET UNLOGGED"),
    light("SET LOGGED"),
    Form(sql="COMMENT ON TABLE @.t IS 'x'", locks="SUE t"),
    Form(sql="COMMENT ON COLUMN @.t.a IS 'x'", locks="SUE t"),
    Form(sql="CREATE STATISTICS @.st ON a, n FROM @.t", locks="SUE t"),
    Form(
        sql="DROP STATISTICS @.st",
        locks="SUE t",
        setup="CREATE STATISTICS @.st ON a, n FROM @.t;",
    ),
    Form(sql="CREATE PUBLICATION @_pub FOR TABLE @.t", locks="SUE t"),
    Form(
        sql="ALTER PUBLICATION @_pub ADD TABLE @.t",
        locks="SUE t",
        setup="CREATE PUBLICATION @_pub;",
    ),
    Form(sql="ALTER PUBLICATION @_pub DROP TABLE @.t", locks="SUE t", setup=_PUBLICATION),
    Form(sql="GRANT SELECT ON @.t TO PUBLIC", locks="AS t", older_locks=""),
    Form(sql="REVOKE SELECT (a) ON @.t FROM PUBLIC", locks="AS t", older_locks=""),
    Form(sql="TRUNCATE @.t", locks="AE t idx", rewritten=ALL),
    Form(sql="DROP TABLE @.t CASCADE", locks="AE t idx vw p", setup=f"{_VIEW} {_REFERENCE};"),
    Form(sql="CREATE TABLE @.z (id int REFERENCES @.p)", locks="SRE p"),
    Form(sql="CREATE TABLE @.z (LIKE @.t)", locks="AS t"),
    Form(sql="CREATE TABLE @.z AS SELECT * FROM @.t", locks="AS t", scanned="t"),
)
