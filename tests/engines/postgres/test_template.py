import shutil
from pathlib import Path

import anyio
import pytest

from server.engines.postgres.binaries import Binaries
from server.engines.postgres.cluster import Cluster
from server.engines.postgres.shadow import Shadow

pytestmark = pytest.mark.anyio


@pytest.fixture
async def template(shadow: Shadow, cache: Path, tmp_path: Path) -> Path:
    """A template that a test may damage, in a cache of its own."""
    async with shadow.cluster():
        shutil.copytree(cache, tmp_path / "cache")
    return next((tmp_path / "cache").glob("template-*"))


async def _starts(binaries: Binaries, cache: Path, base: Path) -> bool:
    cluster = await Cluster.start(binaries, cache, base=base)
    async with await cluster.connect() as session:
        answer = await session.value("SELECT count(*) > 2000 FROM pg_proc")
    await cluster.stop()
    return answer


async def test_a_second_server_uses_the_template_of_the_first(
    template: Path, binaries: Binaries, base: Path
) -> None:
    before = (template / "tally").stat().st_ino

    assert await _starts(binaries, template.parent, base)

    assert (template / "tally").stat().st_ino == before


async def test_two_servers_start_at_once_from_nothing(
    binaries: Binaries, tmp_path: Path, base: Path
) -> None:
    async def start() -> None:
        assert await _starts(binaries, tmp_path / "cache", base)

    async with anyio.create_task_group() as group:
        group.start_soon(start)
        group.start_soon(start)

    assert len(list((tmp_path / "cache").glob("template-*"))) == 1
    assert list((tmp_path / "cache").glob(".new-*")) == []


async def test_a_template_that_lost_files_is_built_again(
    template: Path, binaries: Binaries, base: Path
) -> None:
    # The table pg_proc of the database postgres: the server starts without it.
    (template / "data" / "base" / "5" / "1255").unlink()

    assert await _starts(binaries, template.parent, base)


async def test_a_template_that_does_not_start_is_built_again(
    template: Path, binaries: Binaries, base: Path
) -> None:
    control = template / "data" / "global" / "pg_control"
    control.write_bytes(bytes(control.stat().st_size))

    assert await _starts(binaries, template.parent, base)


async def test_a_template_is_closed_to_others(template: Path) -> None:
    modes = {path.stat().st_mode & 0o077 for path in (template / "data").rglob("*")}

    assert modes == {0}
