"""Servers that the tests of engines share."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from server.engines.postgres.shadow import Shadow


@pytest.fixture(scope="session")
async def shadow(cache: Path) -> AsyncGenerator[Shadow, None]:
    shadow = Shadow(cache=cache)
    yield shadow
    await shadow.close()
