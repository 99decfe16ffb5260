from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest
from pydantic import SecretStr

from server.engines.postgres.address import SocketAddress
from server.engines.postgres.live import LiveDatabase, LiveReader
from server.engines.postgres.session import Session, StatementError
from server.engines.postgres.shadow import Shadow
from server.errors import RefusedError, UnavailableError

pytestmark = pytest.mark.anyio

_DATA = "CREATE TABLE public.t (a int); INSERT INTO public.t VALUES (1)"


@pytest.fixture
async def owner(shadow: Shadow) -> AsyncGenerator[Session, None]:
    """A session of the owner of the database that the tests read."""
    async with shadow.database() as database, await database.connect() as session:
        await session.script(_DATA)
        yield session


@pytest.fixture
async def live(shadow: Shadow, owner: Session) -> LiveDatabase:
    async with shadow.cluster() as cluster:
        assert isinstance(cluster.address, SocketAddress)
        name = await owner.value("SELECT current_database()")
        dsn = f"postgresql://shadow_superuser@/{name}?host={cluster.address.folder}"
        return LiveDatabase("main", SecretStr(dsn))


async def test_a_live_database_is_read(live: LiveDatabase) -> None:
    async with live.read() as reader:
        rows = await reader.rows("SELECT a FROM public.t WHERE a = $1", 1)
        value = await reader.value("SELECT max(a) FROM public.t")

    assert (rows, value) == ([{"a": 1}], 1)


async def test_a_reader_says_who_it_is(live: LiveDatabase, shadow: Shadow) -> None:
    async with live.read() as reader, shadow.cluster() as cluster:
        assert (reader.version, reader.major) == (cluster.version, cluster.major)
        assert reader.is_superuser


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO public.t VALUES (2) RETURNING a",
        "WITH gone AS (DELETE FROM public.t RETURNING a) SELECT * FROM gone",
        "EXPLAIN ANALYZE DELETE FROM public.t",
        "SELECT set_config('transaction_read_only', 'off', true), a FROM public.t",
        "SELECT a FROM public.t FOR UPDATE",
    ],
)
async def test_a_statement_that_writes_is_refused_by_the_server(
    live: LiveDatabase, owner: Session, statement: str
) -> None:
    async with live.read() as reader:
        with pytest.raises(StatementError, match=r"read-only|read-write"):
            await reader.rows(statement)

    assert await owner.value("SELECT sum(a) FROM public.t") == 1


async def test_a_reader_does_not_write_even_where_its_session_may(owner: Session) -> None:
    reader = LiveReader(owner, is_superuser=True)

    with pytest.raises(StatementError, match="read-only"):
        await reader.rows("INSERT INTO public.t VALUES (2) RETURNING a")


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1; DROP TABLE public.t",
        "SELECT 1; COMMIT; DROP TABLE public.t",
        "EXPLAIN SELECT 1; COMMIT; BEGIN READ WRITE; DROP TABLE public.t; COMMIT",
    ],
)
async def test_several_statements_in_one_text_are_refused(
    live: LiveDatabase, owner: Session, statement: str
) -> None:
    async with live.read() as reader:
        with pytest.raises(StatementError, match="multiple commands"):
            await reader.rows(statement)

    assert await owner.value("SELECT count(*) FROM public.t") == 1


@pytest.mark.parametrize(
    "statement",
    [
        "COMMIT",
        "COMMIT AND CHAIN",
        "SET default_transaction_read_only = off",
        "SET TRANSACTION READ WRITE",
        "DROP TABLE public.t",
        "COPY public.t TO PROGRAM 'cat > /tmp/never'",
        "DO $$ BEGIN COMMIT; DROP TABLE public.t; END $$",
        "PREPARE p AS SELECT 1",
    ],
)
async def test_a_statement_that_returns_no_rows_is_not_run(
    live: LiveDatabase, owner: Session, statement: str
) -> None:
    async with live.read() as reader:
        with pytest.raises(RefusedError):
            await reader.rows(statement)

    assert await owner.value("SELECT count(*) FROM public.t") == 1


async def test_no_statement_changes_the_session_for_the_next(live: LiveDatabase) -> None:
    async with live.read() as reader:
        for name, value in (("default_transaction_read_only", "off"), ("statement_timeout", "0")):
            await reader.value("SELECT set_config($1, $2, false)", name, value)
        settings = await reader.rows(
            "SELECT current_setting('default_transaction_read_only') AS readonly, "
            "current_setting('statement_timeout') AS timeout"
        )

    assert settings == [{"readonly": "on", "timeout": "30s"}]


async def test_a_refused_statement_does_not_end_the_session(live: LiveDatabase) -> None:
    async with live.read() as reader, reader.snapshot():
        with pytest.raises(StatementError):
            await reader.rows("SELECT nonsense")
        value = await reader.value("SELECT 1")

    assert value == 1


async def test_a_snapshot_sees_one_moment(live: LiveDatabase, owner: Session) -> None:
    async with live.read() as reader, reader.snapshot():
        before = await reader.value("SELECT count(*) FROM public.t")
        await owner.script("INSERT INTO public.t VALUES (2)")
        after = await reader.value("SELECT count(*) FROM public.t")

    assert (before, after) == (1, 1)


async def test_a_reader_names_itself_to_the_operator(live: LiveDatabase) -> None:
    async with live.read() as reader:
        name = await reader.value("SHOW application_name")

    assert name == "senior-backend"


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://u:hunter2@127.0.0.1:1/main",
        "postgresql://u:hunter2@127.0.0.1:hunter2/main",
        "hunter2",
    ],
)
async def test_a_database_out_of_reach_is_named_without_its_secret(dsn: str) -> None:
    with pytest.raises(UnavailableError, match="Database 'main'") as caught:
        async with LiveDatabase("main", SecretStr(dsn)).read():
            pytest.fail("it was reached")

    assert "hunter2" not in str(caught.value)
    assert "127.0.0.1" not in str(caught.value)


async def test_a_database_does_not_show_its_secret() -> None:
    assert "hunter2" not in repr(LiveDatabase("main", SecretStr("postgresql://u:hunter2@h/d")))


async def test_a_database_that_is_not_marked_is_not_written(live: LiveDatabase) -> None:
    with pytest.raises(RefusedError, match="Database 'main' is read-only here"):
        async with live.write():
            pytest.fail("it was written")


async def test_a_marked_database_is_written(live: LiveDatabase, owner: Session) -> None:
    async with replace(live, writable=True).write() as session:
        await session.script("INSERT INTO public.t VALUES (2)")

    assert await owner.value("SELECT count(*) FROM public.t") == 2
