import anyio
import pytest
from pydantic import SecretStr

from server.engines.postgres.address import DsnAddress
from server.engines.postgres.array_types import ARRAY_TYPES
from server.engines.postgres.session import Isolation, Session, StatementError
from server.engines.postgres.shadow import Shadow
from server.errors import RefusedError, UnavailableError

pytestmark = pytest.mark.anyio


async def test_rows_are_mappings_of_column_to_value(shadow: Shadow) -> None:
    async with shadow.database() as database, await database.connect() as session:
        rows = await session.rows("SELECT $1::int AS a, 'x' AS b", 3)

    assert rows == [{"a": 3, "b": "x"}]


async def test_value_is_none_without_a_row(shadow: Shadow) -> None:
    async with shadow.database() as database, await database.connect() as session:
        value = await session.value("SELECT 1 WHERE false")

    assert value is None


async def test_a_refusal_carries_what_the_server_said(shadow: Shadow) -> None:
    async with shadow.database() as database, await database.connect() as session:
        with pytest.raises(StatementError) as caught:
            await session.rows("SELECT nme FROM (SELECT 1 AS name) t")

    refusal = caught.value
    assert (refusal.sqlstate, refusal.position) == ("42703", 8)
    assert refusal.message == 'column "nme" does not exist'
    assert "name" in refusal.hint


async def test_a_script_runs_several_statements(shadow: Shadow) -> None:
    async with shadow.database() as database, await database.connect() as session:
        await session.script("CREATE TABLE public.t (a int); INSERT INTO public.t VALUES (1), (2)")
        count = await session.value("SELECT count(*) FROM public.t")

    assert count == 2


async def test_rows_takes_one_statement_only(shadow: Shadow) -> None:
    async with shadow.database() as database, await database.connect() as session:
        with pytest.raises(StatementError, match="multiple commands"):
            await session.rows("SELECT 1; SELECT 2")


@pytest.mark.parametrize("statement", ["COMMIT", "SET role = 'none'", "DO $$ BEGIN END $$"])
async def test_reading_refuses_what_returns_no_rows(shadow: Shadow, statement: str) -> None:
    async with shadow.database() as database, await database.connect() as session:
        with pytest.raises(RefusedError):
            await session.read(statement)


async def test_a_transaction_that_raises_keeps_nothing(shadow: Shadow) -> None:
    async with shadow.database() as database, await database.connect() as session:
        with pytest.raises(StatementError):
            async with session.transaction():
                await session.script("CREATE TABLE public.t (); SELECT 1 / 0")
        left = await session.value("SELECT to_regclass('public.t')")

    assert left is None


async def test_a_constraint_that_fails_at_commit_is_a_refusal(shadow: Shadow) -> None:
    async with shadow.database() as database, await database.connect() as session:
        await session.script(
            "CREATE TABLE public.t (a int PRIMARY KEY, "
            "b int REFERENCES public.t DEFERRABLE INITIALLY DEFERRED)"
        )
        with pytest.raises(StatementError, match="foreign key"):
            async with session.transaction():
                await session.script("INSERT INTO public.t VALUES (1, 2)")


async def test_a_readonly_transaction_refuses_to_write(shadow: Shadow) -> None:
    async with shadow.database() as database, await database.connect() as session:
        with pytest.raises(StatementError) as caught:
            async with session.transaction(readonly=True):
                await session.script("CREATE TABLE public.t ()")

    assert caught.value.sqlstate == "25006"


async def test_repeatable_read_sees_one_moment(shadow: Shadow) -> None:
    async with (
        shadow.database() as database,
        await database.connect() as session,
        await database.connect() as other,
    ):
        await other.script("CREATE TABLE public.t ()")
        async with session.transaction(isolation=Isolation.REPEATABLE_READ):
            before = await session.value("SELECT count(*) FROM public.t")
            await other.script("INSERT INTO public.t DEFAULT VALUES")
            after = await session.value("SELECT count(*) FROM public.t")

    assert (before, after) == (0, 0)


async def test_what_is_undone_left_no_trace(shadow: Shadow) -> None:
    async with shadow.database() as database, await database.connect() as session:
        async with session.undone():
            await session.script("CREATE TABLE public.t ()")
        left = await session.value("SELECT to_regclass('public.t')")

    assert left is None


async def test_notices_are_collected(shadow: Shadow) -> None:
    async with shadow.database() as database, await database.connect() as session:
        with session.notices() as notices:
            await session.script("DROP TABLE IF EXISTS public.nothing")

    assert [notice.severity for notice in notices] == ["NOTICE"]
    assert "nothing" in notices[0].message


async def test_a_flood_of_notices_is_cut(shadow: Shadow) -> None:
    flood = "DO $$ BEGIN FOR i IN 1..5000 LOOP RAISE NOTICE 'x'; END LOOP; END $$"

    async with shadow.database() as database, await database.connect() as session:
        with session.notices() as notices:
            await session.script(flood)

    assert len(notices) == 1000


async def test_a_session_goes_on_after_a_cancelled_statement(shadow: Shadow) -> None:
    async with shadow.database() as database, await database.connect() as session:
        with anyio.move_on_after(0.05):
            async with session.transaction():
                await session.rows("SELECT pg_sleep(60)")
        value = await session.value("SELECT 1")

    assert value == 1


async def test_a_session_that_the_server_ended_says_so(shadow: Shadow) -> None:
    async with (
        shadow.database() as database,
        await database.connect() as session,
        await database.connect() as other,
    ):
        await other.rows("SELECT pg_terminate_backend($1)", session.pid)

        with pytest.raises(UnavailableError, match="ended the session"):
            await session.rows("SELECT pg_sleep(60)")


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://somebody:hunter2@127.0.0.1:1/main",
        "postgresql://somebody:hunter2@127.0.0.1:hunter2/main",
        "postgresql://somebody:hun@ter2:hunter2@127.0.0.1:1/main",
        "postgresql://somebody:hunter2@no-such-host.invalid/main",
        "postgresql://somebody:hunter2@127.0.0.1:1/main?sslmode=hunter2",
        "postgresql://somebody@127.0.0.1:1/main?password=hunter2",
        "mysql://somebody:hunter2@127.0.0.1/main",
        "hunter2",
    ],
)
async def test_a_failed_connection_names_no_secret(dsn: str) -> None:
    with pytest.raises(UnavailableError) as caught:
        await Session.connect(DsnAddress(SecretStr(dsn)))

    assert "hunter2" not in str(caught.value)
    assert "127.0.0.1" not in str(caught.value)


def test_an_address_does_not_show_its_password() -> None:
    address = DsnAddress(SecretStr("postgresql://somebody:hunter2@127.0.0.1/main"))

    assert "hunter2" not in repr(address)


@pytest.mark.parametrize("major", [None, 15])
async def test_arrays_that_are_known_are_known_as_the_server_knows_them(
    shadow: Shadow, major: int | None
) -> None:
    facts = "SELECT oid::int8 AS oid, typname::text AS name, typelem::int8 AS elemtype FROM pg_type"
    known = sorted((each["oid"], each["name"], each["elemtype"]) for each in ARRAY_TYPES)

    async with shadow.cluster(major=major) as cluster, await cluster.connect() as session:
        rows = await session.rows(
            f"{facts} WHERE oid = ANY ($1::oid[]) ORDER BY oid", [each[0] for each in known]
        )

    assert [tuple(row.values()) for row in rows] == known


async def test_arrays_of_the_catalog_are_read_without_asking_what_they_are(shadow: Shadow) -> None:
    async with shadow.database() as database, await database.connect() as session:
        # Where the driver looks up what it does not know.
        await session.script("REVOKE SELECT ON pg_range FROM PUBLIC; SET ROLE pg_monitor")
        value = await session.value("SELECT conkey || 7::int2 FROM pg_constraint LIMIT 1")

    assert value[-1] == 7


@pytest.mark.parametrize("keeps", [False, True])
async def test_a_server_of_ours_parses_each_statement_once(shadow: Shadow, *, keeps: bool) -> None:
    told = {"client_min_messages": "log", "log_parser_stats": "on"}

    async with (
        shadow.cluster() as cluster,
        await cluster.connect(settings=told, keeps_statements=keeps) as session,
    ):
        with session.notices() as notices:
            await session.rows("SELECT 1")

    assert [each.message for each in notices].count("PARSER STATISTICS") == 1
