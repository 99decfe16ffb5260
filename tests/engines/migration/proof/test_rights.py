"""The plan's code belongs to the schema's author: it runs without any power over the server."""

import pytest

from server.engines.postgres.shadow import Shadow
from tests.engines.migration.proof.conftest import Prove
from tests.engines.migration.proof.hand_written import Case, outside

pytestmark = pytest.mark.anyio

_T = "CREATE TABLE t (id int PRIMARY KEY);"
_ADD = "ALTER TABLE public.t ADD COLUMN b text DEFAULT public.f()"
_LOGIN_TRIGGERS_SINCE = 17
_OLDER = 15
_ATTACKS = {
    "reading a file": "RETURN pg_catalog.pg_read_file('/etc/passwd');",
    "running a program": "EXECUTE 'COPY (SELECT 1) TO PROGRAM ''true'''; RETURN 1;",
    "becoming a superuser": "EXECUTE 'ALTER ROLE shadow_owner SUPERUSER'; RETURN 1;",
    "looking at folders": "RETURN (SELECT min(f) FROM pg_catalog.pg_ls_dir('.') f);",
}


def _function(body: str) -> str:
    return (
        "CREATE FUNCTION public.f() RETURNS text LANGUAGE plpgsql VOLATILE"
        f" AS $$ BEGIN {body} END $$"
    )


@pytest.mark.parametrize("body", _ATTACKS.values(), ids=_ATTACKS.keys())
async def test_a_default_has_no_power_while_the_plan_runs(prove_case: Prove, body: str) -> None:
    proof = await prove_case(Case(_T, _T, (_function(body), _ADD)))

    assert proof.forward.failure is not None
    assert proof.forward.failure.step == 1
    assert proof.forward.failure.sqlstate == "42501"


@pytest.mark.parametrize("body", _ATTACKS.values(), ids=_ATTACKS.keys())
async def test_a_check_has_no_power_while_rows_are_made(prove_case: Prove, body: str) -> None:
    source = f"{_function(body)}; CREATE TABLE t (id int CHECK (f() = '1'));"

    proof = await prove_case(Case(source, source))

    assert "permission denied" in proof.seeding.unseeded["public.t"]


@pytest.mark.parametrize(
    "statement",
    [
        "COPY public.t TO PROGRAM 'true'",
        "COPY public.t FROM '/etc/passwd'",
        "ALTER SYSTEM SET work_mem = 1",
        "CREATE FUNCTION public.g() RETURNS int LANGUAGE c AS 'x', 'y'",
        "SET SESSION AUTHORIZATION shadow_superuser",
        "COMMIT",
    ],
)
async def test_what_no_load_would_run_no_proof_runs(prove_case: Prove, statement: str) -> None:
    proof = await prove_case(Case(_T, _T, (statement,)))

    assert proof.forward.failure is not None
    assert not proof.forward.failure.sqlstate


async def test_what_takes_a_superuser_is_run_and_splits_the_transaction(prove_case: Prove) -> None:
    function = """CREATE FUNCTION public.e() RETURNS event_trigger LANGUAGE plpgsql
      AS 'BEGIN END'"""
    trigger = "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION public.e()"
    target = f"{_T} {function}; {trigger}; CREATE TABLE u (a int);"
    forward = (function, trigger, "CREATE TABLE public.u (a integer)")
    back = ("DROP TABLE public.u", "DROP EVENT TRIGGER e", "DROP FUNCTION public.e()")

    proof = await prove_case(Case(_T, target, forward, back))

    assert proof.is_proven
    assert proof.forward.split_at == (1,)
    assert proof.back.split_at == (1,)


@pytest.mark.parametrize("major", [None, _OLDER])
@pytest.mark.parametrize(
    ("create", "drop"),
    [
        ("CREATE CAST (varchar AS json) WITH INOUT", "DROP CAST (varchar AS json)"),
        ("CREATE PUBLICATION x FOR ALL TABLES", "DROP PUBLICATION x"),
        ("CREATE PUBLICATION x FOR TABLE public.t", "DROP PUBLICATION x"),
        ("CREATE FOREIGN DATA WRAPPER x", "DROP FOREIGN DATA WRAPPER x"),
        ("CREATE EXTENSION pg_buffercache", "DROP EXTENSION pg_buffercache"),
        ("CREATE EXTENSION citext", "DROP EXTENSION citext"),
        (
            "CREATE SUBSCRIPTION x CONNECTION '' PUBLICATION p WITH (connect = false)",
            "DROP SUBSCRIPTION x",
        ),
    ],
)
async def test_what_a_superuser_created_is_dropped(
    prove_case: Prove, create: str, drop: str, major: int | None
) -> None:
    proof = await prove_case(Case(_T, f"{_T} {create};", (create,), (drop,)), major=major)

    assert proof.is_proven


@pytest.mark.parametrize("major", [None, _OLDER])
async def test_event_triggers_never_run_for_a_superuser(
    prove_case: Prove, major: int | None
) -> None:
    source = f"""{_T} CREATE TABLE seen (who text, is_super text);
      CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
        IF current_setting('is_superuser') = 'on' THEN RAISE 'as a superuser'; END IF; END $$;
      CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION e();
      CREATE EVENT TRIGGER f ON sql_drop EXECUTE FUNCTION e();"""
    forward = ("CREATE PUBLICATION x FOR ALL TABLES", "CREATE TABLE public.u (a integer)")
    back = ("DROP TABLE public.u", "DROP PUBLICATION x")
    target = source.replace(
        _T, f"{_T} CREATE TABLE u (a int); CREATE PUBLICATION x FOR ALL TABLES;"
    )

    proof = await prove_case(Case(source, target, forward, back), major=major)

    assert proof.is_proven


async def test_a_trigger_on_logins_never_runs_for_a_superuser(
    prove_case: Prove, shadow: Shadow
) -> None:
    async with shadow.cluster() as cluster:
        if cluster.major < _LOGIN_TRIGGERS_SINCE:
            pytest.skip("there are no triggers on logins")
    source = f"""{_T} CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
        IF current_setting('is_superuser') = 'on' THEN RAISE 'as a superuser'; END IF; END $$;
      CREATE EVENT TRIGGER e ON login EXECUTE FUNCTION e();"""

    proof = await prove_case(Case(source, source))

    assert proof.is_proven


async def test_missing_roles_become_stubs(prove_case: Prove) -> None:
    block = """DO $$ BEGIN GRANT SELECT ON public.t TO "role of a block"; END $$"""
    grants = ('GRANT SELECT ON TABLE public.t TO "a reader"', block)
    revokes = tuple(
        f'REVOKE ALL ON TABLE public.t FROM "{role}"' for role in ("a reader", "role of a block")
    )

    proof = await prove_case(Case(_T, f"{_T} {';'.join(grants)};", grants, revokes))

    assert proof.is_proven


async def test_owners_change_where_they_are_asked_for(prove_case: Prove) -> None:
    owned = ("CREATE SCHEMA s", "ALTER SCHEMA s OWNER TO someone")

    proof = await prove_case(Case(_T, f"{_T} {';'.join(owned)};", owned, ("DROP SCHEMA s",)))

    assert proof.is_proven


async def test_a_plan_that_takes_everything_is_ended(prove_case: Prove) -> None:
    endless = "DO $$ BEGIN PERFORM pg_sleep(600); END $$"
    forward = ("SET LOCAL statement_timeout = '20ms'", endless)

    proof = await prove_case(Case(_T, _T, forward))

    assert proof.forward.failure is not None
    assert proof.forward.failure.sqlstate == "57014"


async def test_a_session_that_the_plan_ends_is_a_failure(prove_case: Prove) -> None:
    end = outside("DO $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); END $$")

    proof = await prove_case(Case(_T, _T, (outside("SET ROLE NONE"), end)))

    assert proof.forward.failure is not None
    assert "ended the session" in proof.forward.failure.message
