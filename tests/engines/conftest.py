"""Servers that the tests of engines share."""

from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from server.engines.postgres.shadow import Shadow


@pytest.fixture(scope="session")
def cache() -> Generator[Path, None, None]:
    with TemporaryDirectory(prefix="cache-") as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
async def shadow(cache: Path) -> AsyncGenerator[Shadow, None]:
    shadow = Shadow(cache=cache)
    yield shadow
    await shadow.close()
