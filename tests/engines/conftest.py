"""Servers that the tests of engines share."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from server.engines.postgres.shadow import Shadow


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cache")
    folder.chmod(0o700)
    return folder


@pytest.fixture(scope="session")
async def shadow(cache: Path) -> AsyncGenerator[Shadow, None]:
    shadow = Shadow(cache=cache)
    yield shadow
    await shadow.close()
