"""The checks of types: what they let pass, what they find, and fixes that keep the rows."""

import pytest

from server.engines.postgres.session import StatementError
from tests.engines.analysis.patient import Patient

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("check", "sql"),
    [
        ("blank-padded-character-column", 'CREATE TABLE t (a bpchar, b "char", c varchar(2))'),
        ("files-in-bytea", "CREATE TABLE t (file_sha256 bytea, file_id bytea, image text)"),
        ("float-for-money", "CREATE TABLE t (tax_rate float8, price_score real, price numeric)"),
        ("json-instead-of-jsonb", "CREATE TABLE t (a jsonb, b jsonb[], json text)"),
        ("large-object-column", "CREATE TABLE t (table_oid oid, object_id oid, reloid oid)"),
        ("length-limited-varchar", "CREATE TABLE t (a varchar, b text, c varchar[])"),
        ("time-with-time-zone", "CREATE TABLE t (a time, b timestamptz)"),
        ("serial-instead-of-identity", "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY)"),
        (
            "serial-instead-of-identity",
            "CREATE SEQUENCE s; CREATE TABLE t (id bigint PRIMARY KEY DEFAULT nextval('s'))",
        ),
        (
            "serial-instead-of-identity",
            "CREATE TABLE t (id serial); CREATE TABLE u (id int DEFAULT nextval('t_id_seq'))",
        ),
        (
            "serial-instead-of-identity",
            "CREATE TABLE t (id serial); CREATE TABLE child () INHERITS (t)",
        ),
        (
            "serial-instead-of-identity",
            "CREATE TABLE t (id serial); ALTER TABLE t ALTER id DROP NOT NULL",
        ),
        (
            "serial-instead-of-identity",
            "CREATE TABLE t (id serial); ALTER TABLE t ALTER id SET DEFAULT nextval('t_id_seq') + 9",
        ),
        ("serial-on-non-primary-key", "CREATE TABLE t (a int, b serial, PRIMARY KEY (a, b))"),
        ("serial-on-non-primary-key", "CREATE TABLE t (id int PRIMARY KEY, number serial UNIQUE)"),
        (
            "enum-by-check-list",
            "CREATE TABLE t (a int CHECK (a IN (1, 2)), b text CHECK (b <> ''))",
        ),
        ("enum-by-check-list", "CREATE TABLE t (a text CHECK (a IN ('x') OR a IS NULL))"),
    ],
)
async def test_a_sound_type_passes(patient: Patient, check: str, sql: str) -> None:
    assert await patient.flagged(sql, check) == []


@pytest.mark.parametrize(
    ("check", "sql", "found"),
    [
        ("timestamp-without-time-zone", "CREATE TABLE t (a timestamp[])", ["public.t.a"]),
        ("timestamp-without-time-zone", "CREATE DOMAIN d AS timestamp", ["public.d"]),
        (
            "timestamp-without-time-zone",
            "CREATE DOMAIN d AS timestamp(3); CREATE TABLE t (a d, b d[])",
            ["public.d"],
        ),
        (
            "timestamp-without-time-zone",
            "CREATE TABLE t (a timestamp) PARTITION BY RANGE (a); CREATE TABLE p "
            "PARTITION OF t DEFAULT; CREATE TABLE u (b timestamp); CREATE TABLE c () INHERITS (u)",
            ["public.t.a", "public.u.b"],
        ),
        (
            "timestamp-without-time-zone",
            "CREATE TABLE u (b timestamp); CREATE TABLE c (b timestamp) INHERITS (u)",
            ["public.u.b"],
        ),
        ("money-column", "CREATE TABLE t (a money[], b money)", ["public.t.a", "public.t.b"]),
        ("json-instead-of-jsonb", "CREATE TABLE t (a json[])", ["public.t.a"]),
        (
            "blank-padded-character-column",
            "CREATE TABLE t (a char, b char(2)[], c bpchar(3))",
            ["public.t.a", "public.t.b", "public.t.c"],
        ),
        ("length-limited-varchar", "CREATE DOMAIN d AS varchar(9)", ["public.d"]),
        ("float-for-money", 'CREATE TABLE t ("unitPrice" real)', ['public.t."unitPrice"']),
        (
            "large-object-column",
            "CREATE TABLE t (photo oid, grid oid)",
            ["public.t.grid", "public.t.photo"],
        ),
        ("serial-instead-of-identity", "CREATE TABLE t (id smallserial)", ["public.t.id"]),
        (
            "serial-instead-of-identity",
            "CREATE TABLE t (id serial, d date) PARTITION BY RANGE (d);"
            "CREATE TABLE p PARTITION OF t DEFAULT",
            ["public.t.id"],
        ),
        (
            "serial-on-non-primary-key",
            "CREATE TABLE p (id int PRIMARY KEY);"
            "CREATE TABLE t (id int PRIMARY KEY, p_id serial REFERENCES p)",
            ["public.t.p_id"],
        ),
        ("serial-on-non-primary-key", "CREATE TABLE t (id serial UNIQUE)", ["public.t.id"]),
        (
            "enum-by-check-list",
            "CREATE TABLE t (a varchar(9), CONSTRAINT c CHECK (a IN ('x', 'it''s')))",
            ["public.t.c"],
        ),
    ],
)
async def test_a_type_is_found(patient: Patient, check: str, sql: str, found: list[str]) -> None:
    assert await patient.flagged(sql, check) == found


@pytest.mark.parametrize(
    "columns",
    [
        ("status text", "status int", "status int"),
        ("team text", "team int"),
        ("email text", "email varchar(9)", "email char(9)"),
        ("seen timestamp", "seen timestamptz", "seen timestamptz"),
        ("team text", "team text", "team int", "team int"),
        ("mood mood", "mood text", "mood text"),
        ("team team", "team int", "team int"),
    ],
)
async def test_columns_of_one_name_may_differ_for_a_reason(
    patient: Patient, columns: tuple[str, ...]
) -> None:
    tables = [f"CREATE TABLE t{number} ({each})" for number, each in enumerate(columns)]
    types = ["CREATE TYPE mood AS ENUM ('good')", "CREATE DOMAIN team AS int"]

    found = await patient.flagged(";".join([*types, *tables]), "inconsistent-type-of-same-name")

    assert found == []


async def test_the_column_that_differs_from_most_of_its_name_is_found(patient: Patient) -> None:
    sql = """
        CREATE TABLE a (user_ref bigint); CREATE TABLE b (user_ref bigint);
        CREATE TABLE c (user_ref text);
    """

    assert await patient.flagged(sql, "inconsistent-type-of-same-name") == ["public.c.user_ref"]


# Each makes PostgreSQL refuse, or change more than the type, so that no fix can be given.
_OBSTACLES = {
    "view": "CREATE VIEW v AS SELECT a FROM t",
    "materialized view": "CREATE MATERIALIZED VIEW v AS SELECT a FROM t",
    "rule": "CREATE RULE r AS ON INSERT TO t DO ALSO SELECT new.a",
    "policy": "CREATE POLICY p ON t USING (a < now())",
    "generated column": "ALTER TABLE t ADD g date GENERATED ALWAYS AS (a::date) STORED",
    "trigger": "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';"
    "CREATE TRIGGER r BEFORE UPDATE OF a ON t FOR EACH ROW EXECUTE FUNCTION f()",
    "routine": "CREATE FUNCTION f() RETURNS bigint BEGIN ATOMIC SELECT count(a) FROM t; END",
    "publication": "CREATE PUBLICATION p FOR TABLE t WHERE (a IS NULL)",
    "index over an expression": "CREATE INDEX i ON t ((a::date))",
    "index over some rows": "CREATE INDEX i ON t (id) WHERE a > '2020-01-01'",
    "exclusion": "ALTER TABLE t ADD EXCLUDE USING gist (tsrange(a, a) WITH &&)",
    "row type": "CREATE TABLE u (t t)",
    "view on an heir": "CREATE TABLE c () INHERITS (t); CREATE VIEW v AS SELECT a FROM c",
}


@pytest.mark.parametrize("obstacle", _OBSTACLES.values(), ids=_OBSTACLES)
async def test_what_postgresql_refuses_to_change_gets_advice_and_no_fix(
    patient: Patient, obstacle: str
) -> None:
    await patient.admit(f"CREATE TABLE t (id int, a timestamp); {obstacle}")

    (finding,) = await patient.findings("timestamp-without-time-zone")

    assert finding.fix == ""
    assert "PostgreSQL refuses because of" in finding.advice
    with pytest.raises(StatementError):
        await patient.take("ALTER TABLE t ALTER a TYPE timestamptz")


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("CREATE TABLE t (a timestamp) PARTITION BY RANGE (a)", "part of the partition key"),
        ("CREATE TYPE y AS (a timestamp); CREATE TABLE t OF y", "OF `public.y`"),
        (
            "CREATE TABLE t (d date, a timestamp GENERATED ALWAYS AS (d::timestamp) STORED)",
            "Drop the generated column",
        ),
        (
            "CREATE TABLE u (a timestamp UNIQUE); CREATE TABLE t (a timestamp REFERENCES u)",
            "both ends of the foreign key",
        ),
        (
            "CREATE TABLE t (a timestamp DEFAULT (now() AT TIME ZONE 'Europe/Paris'))",
            "Its default is a wall clock time",
        ),
    ],
)
async def test_a_type_that_no_single_statement_can_change_gets_a_reason(
    patient: Patient, table: str, reason: str
) -> None:
    await patient.admit(table)

    findings = {
        each.subject.name: each for each in await patient.findings("timestamp-without-time-zone")
    }

    assert findings["a"].fix == ""
    assert reason in findings["a"].advice


@pytest.mark.parametrize(
    ("check", "table"),
    [
        ("json-instead-of-jsonb", "a json CHECK (json_typeof(a) = 'object')"),
        ("money-column", "a money CHECK (a > 0::money)"),
        ("time-with-time-zone", "a timetz, EXCLUDE (a WITH =) WHERE (a > '08:00+00')"),
    ],
)
async def test_an_expression_that_the_new_type_does_not_know_gets_no_fix(
    patient: Patient, check: str, table: str
) -> None:
    await patient.admit(f"CREATE TABLE t ({table})")

    (finding,) = await patient.findings(check)

    assert finding.fix == ""


@pytest.mark.parametrize(
    ("check", "columns"),
    [
        ("timestamp-without-time-zone", "a timestamp(3) DEFAULT CURRENT_TIMESTAMP, b timestamp[]"),
        ("timestamp-without-time-zone", "a timestamp DEFAULT (now() AT TIME ZONE 'utc'), b int"),
        ("json-instead-of-jsonb", "a json DEFAULT '{}', b json[] DEFAULT '{}'"),
        ("money-column", "a money DEFAULT 0, b money[] DEFAULT '{}'"),
        ("blank-padded-character-column", "a char(2) DEFAULT 'x', b char(9)[] DEFAULT '{x}'"),
        ("length-limited-varchar", "a varchar(9) DEFAULT 'x' UNIQUE, b varchar(9)[] DEFAULT '{}'"),
        ("float-for-money", "price real DEFAULT 0.5 CHECK (price >= 0), cost float8[]"),
        ("time-with-time-zone", "a timetz(3) DEFAULT now(), b timetz[]"),
        ("serial-instead-of-identity", "a bigserial, b smallserial"),
    ],
)
async def test_a_fix_keeps_defaults_arrays_and_rows(
    patient: Patient, check: str, columns: str
) -> None:
    await patient.admit(
        f'CREATE TABLE "my ""table""" ({columns}); INSERT INTO "my ""table""" DEFAULT VALUES'
    )
    fixes = [each.fix for each in await patient.findings(check)]

    await patient.take("\n".join(fixes))

    await patient.take('INSERT INTO "my ""table""" DEFAULT VALUES')
    assert all(fixes)
    assert await patient.findings(check) == ()


async def test_a_timestamp_taken_as_utc_stays_the_same_instant(patient: Patient) -> None:
    await patient.admit("CREATE TABLE t (a timestamp); INSERT INTO t VALUES ('2026-07-01 12:00')")
    await patient.session.script("SET TimeZone = 'America/New_York'")
    (finding,) = await patient.findings("timestamp-without-time-zone")

    await patient.take(finding.fix)

    assert await patient.session.value("SELECT a = '2026-07-01 12:00+00' FROM t")
    assert await patient.session.value("SHOW TimeZone") == "America/New_York"
    await patient.session.script("RESET TimeZone")


async def test_a_default_of_now_in_utc_names_the_instant_after_the_fix(patient: Patient) -> None:
    await patient.admit("CREATE TABLE t (a timestamp DEFAULT (now() AT TIME ZONE 'utc'))")
    (finding,) = await patient.findings("timestamp-without-time-zone")

    await patient.take(finding.fix)

    await patient.session.script("SET TimeZone = 'America/New_York'; INSERT INTO t DEFAULT VALUES")
    assert await patient.session.value("SELECT now() - a < '1 hour' FROM t")
    await patient.session.script("RESET TimeZone")


async def test_a_fix_keeps_the_collation(patient: Patient) -> None:
    await patient.admit('CREATE TABLE t (a varchar(9) COLLATE "C")')
    (finding,) = await patient.findings("length-limited-varchar")

    await patient.take(finding.fix)

    sql = "SELECT attcollation::regcollation::text FROM pg_attribute WHERE attname = 'a'"
    assert await patient.session.value(sql + " AND attrelid = 't'::regclass") == '"C"'


@pytest.mark.parametrize(
    ("history", "following"),
    [
        ("", 1),
        ("INSERT INTO t DEFAULT VALUES", 2),
        ("INSERT INTO t SELECT FROM generate_series(1, 5); DELETE FROM t", 6),
        ("ALTER SEQUENCE t_id_seq INCREMENT 10 RESTART 40", 40),
        ("SELECT setval('t_id_seq', 7, false)", 7),
    ],
)
async def test_an_identity_column_goes_on_counting_where_its_serial_stood(
    patient: Patient, history: str, following: int
) -> None:
    await patient.admit(f"CREATE TABLE t (id bigserial PRIMARY KEY); {history}")
    (finding,) = await patient.findings("serial-instead-of-identity")

    await patient.take(finding.fix)

    assert await patient.session.value("INSERT INTO t DEFAULT VALUES RETURNING id") == following
    assert await patient.session.value("SELECT currval('t_id_seq')") == following


async def test_an_identity_column_keeps_the_sequences_options_and_grants(patient: Patient) -> None:
    await patient.admit(
        "CREATE TABLE t (id serial);"
        "ALTER SEQUENCE t_id_seq MINVALUE -5 MAXVALUE 99 START -5 INCREMENT 2 CACHE 3 CYCLE;"
        "GRANT USAGE ON SEQUENCE t_id_seq TO pg_monitor"
    )
    sequence = "SELECT ROW(p.*)::text FROM pg_sequences p WHERE sequencename = 't_id_seq'"
    before = await patient.session.value(sequence)
    (finding,) = await patient.findings("serial-instead-of-identity")

    await patient.take(finding.fix)

    may = "SELECT has_sequence_privilege('pg_monitor', 't_id_seq', 'USAGE')"
    assert await patient.session.value(sequence) == before
    assert await patient.session.value(may)


async def test_a_partitioned_table_and_its_partitions_count_on(patient: Patient) -> None:
    await patient.admit(
        "CREATE TABLE t (id bigserial, n int) PARTITION BY LIST (n);"
        "CREATE TABLE p PARTITION OF t DEFAULT PARTITION BY LIST (n);"
        "CREATE TABLE q PARTITION OF p DEFAULT; INSERT INTO t (n) VALUES (1)"
    )
    (finding,) = await patient.findings("serial-instead-of-identity")

    await patient.take(finding.fix)

    assert await patient.session.value("INSERT INTO t (n) VALUES (2) RETURNING id") == 2
    assert await patient.findings("serial-instead-of-identity") == ()


async def test_a_sequence_that_counts_further_than_its_column_gets_no_fix(patient: Patient) -> None:
    await patient.admit("CREATE TABLE t (id serial); ALTER SEQUENCE t_id_seq AS bigint")

    (finding,) = await patient.findings("serial-instead-of-identity")

    assert finding.fix == ""


async def test_a_foreign_key_loses_the_default_that_points_anywhere(patient: Patient) -> None:
    await patient.admit(
        "CREATE TABLE p (id int PRIMARY KEY);"
        "CREATE TABLE t (id int PRIMARY KEY, p_id serial REFERENCES p)"
    )
    (finding,) = await patient.findings("serial-on-non-primary-key")

    await patient.take(finding.fix)

    with pytest.raises(StatementError, match="null value"):
        await patient.take("INSERT INTO t VALUES (1)")
    assert await patient.findings("serial-on-non-primary-key") == ()
