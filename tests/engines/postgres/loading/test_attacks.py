"""What hostile SQL tries, and the state of the world after it."""

import socket
from collections.abc import Generator
from pathlib import Path

import pytest

from server.errors import InvalidSqlError
from tests.engines.postgres.loading.case import Case, cases
from tests.engines.postgres.loading.conftest import Load, Traces

pytestmark = pytest.mark.anyio


async def refused(load: Load, sql: str) -> str:
    with pytest.raises(InvalidSqlError) as refusal:
        async with load(sql):
            pass
    return str(refusal.value)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A file that the server's account could create."""
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    return folder / "made"


@pytest.mark.parametrize("case", cases("writing"))
async def test_no_file_is_written_and_no_program_runs(
    load: Load, traces: Traces, target: Path, case: Case
) -> None:
    before = await traces()

    await refused(load, case.sql % {"target": target})

    assert not target.exists()
    assert await traces() == before


@pytest.mark.parametrize("case", cases("reading"))
async def test_no_file_is_read(load: Load, traces: Traces, tmp_path: Path, case: Case) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the secret", encoding="utf-8")
    secret.chmod(0o644)
    before = await traces()

    said = await refused(load, case.sql % {"secret": secret})

    assert "the secret" not in said
    assert await traces() == before


@pytest.fixture
def listener() -> Generator[socket.socket, None, None]:
    """A port that notices whoever calls."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0)
        yield listening


@pytest.mark.parametrize("case", cases("dialing"))
async def test_nobody_is_dialed(load: Load, listener: socket.socket, case: Case) -> None:
    await refused(load, case.sql % {"port": listener.getsockname()[1]})

    with pytest.raises(BlockingIOError):
        listener.accept()


@pytest.mark.parametrize("case", cases("powers"))
async def test_nobody_gains_power_over_the_server(load: Load, traces: Traces, case: Case) -> None:
    before = await traces()

    with pytest.raises(InvalidSqlError, match=case.expected):
        async with load(case.sql.replace("%%", "%")):
            pass

    assert await traces() == before


@pytest.mark.parametrize("case", cases("traps"))
async def test_no_code_of_a_schema_is_put_in_a_superusers_way(
    load: Load, traces: Traces, case: Case
) -> None:
    before = await traces()

    assert case.expected in await refused(load, case.sql)
    assert await traces() == before


@pytest.mark.parametrize("case", cases("breaking"))
async def test_a_statement_that_breaks_the_session_is_named(
    load: Load, traces: Traces, case: Case
) -> None:
    before = await traces()

    assert "the session" in await refused(load, case.sql)
    assert await traces() == before
