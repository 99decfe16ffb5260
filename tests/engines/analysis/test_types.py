"""The checks of types: what they let pass, what they find, and fixes that keep the rows."""

from dataclasses import replace

import pytest

from server.engines.analysis.examine import examine
from server.engines.analysis.scope import Scope
from server.engines.catalog.read import read_catalog
from server.engines.postgres.session import StatementError
from tests.engines.analysis.patient import Patient

pytestmark = pytest.mark.anyio


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
    "view on an heir": "CREATE TABLE c () INHERITS (t); CREATE VIEW v AS SELECT a FROM c",
}


@pytest.mark.parametrize("obstacle", _OBSTACLES.values(), ids=_OBSTACLES)
async def test_what_postgresql_refuses_to_change_gets_advice_and_no_fix(
    patient: Patient, obstacle: str
) -> None:
    await patient.admit(f"CREATE TABLE t (id int, a timestamp); {obstacle}")

    (finding,) = await patient.findings("timestamp-without-time-zone")

    assert not finding.fix
    assert "PostgreSQL refuses because of" in finding.advice
    with pytest.raises(StatementError):
        await patient.take("ALTER TABLE t ALTER a TYPE timestamptz")


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("CREATE TABLE t (a timestamp) PARTITION BY RANGE (a)", "part of the partition key"),
        ("CREATE TYPE y AS (a timestamp); CREATE TABLE t OF y", "OF `public.y`"),
        (
            "CREATE TABLE t (a timestamp); CREATE TABLE u (t t)",
            "`public.u.t` holds rows of the table",
        ),
        (
            "CREATE TABLE t (a timestamp); CREATE TYPE y AS (t t[])",
            "`public.y.t` holds rows of the table",
        ),
        (
            "CREATE TABLE t (d date, a timestamp GENERATED ALWAYS AS (d::timestamp) STORED)",
            "Drop the generated column",
        ),
        (
            "CREATE TABLE u (a timestamp PRIMARY KEY); CREATE TABLE t (a timestamp REFERENCES u)",
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

    assert not findings["a"].fix
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

    assert not finding.fix


@pytest.mark.parametrize(
    ("check", "columns"),
    [
        ("timestamp-without-time-zone", "a timestamp(3) DEFAULT CURRENT_TIMESTAMP, b timestamp[]"),
        ("timestamp-without-time-zone", "a timestamp DEFAULT (now() AT TIME ZONE 'utc'), b int"),
        ("json-instead-of-jsonb", "a json DEFAULT '{}', b json[] DEFAULT '{}'"),
        ("money-column", "a money DEFAULT 0, b money[] DEFAULT '{}'"),
        ("blank-padded-character-column", "a char(2) DEFAULT 'x', b char(9)[] DEFAULT '{x}'"),
        ("length-limited-varchar", "a varchar(9) DEFAULT 'x', b varchar(9)[] DEFAULT '{}'"),
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


async def test_partitions_before_postgresql_17_cannot_have_identity(patient: Patient) -> None:
    await patient.admit("CREATE TABLE t (id bigserial, n int) PARTITION BY LIST (n)")
    catalog = replace(await read_catalog(patient.session), major=16)

    (outcome,) = examine(Scope(catalog), ["serial-instead-of-identity"])

    assert [each.fix for each in outcome.findings] == [""]


async def test_a_sequence_that_counts_further_than_its_column_gets_no_fix(patient: Patient) -> None:
    await patient.admit("CREATE TABLE t (id serial); ALTER SEQUENCE t_id_seq AS bigint")

    (finding,) = await patient.findings("serial-instead-of-identity")

    assert not finding.fix


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
