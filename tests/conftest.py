"""Fixtures that every test may use, and reports that every worker can send."""

import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# How fast a machine is says nothing about what is tested on it.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")

_MEMORY = Path("/dev/shm")  # ruff: ignore[hardcoded-temp-file] - servers make folders of their own
_ROOM = 4 << 30


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def servers_in_memory(tmp_path_factory: pytest.TempPathFactory) -> Generator[None, None, None]:
    """Let servers run from memory where there is room: every database has 300 small files."""
    tmp_path_factory.getbasetemp()  # What tests write themselves stays where it is looked for.
    with pytest.MonkeyPatch.context() as patch:
        if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM:
            patch.setenv("TMPDIR", str(_MEMORY))
            patch.setattr(tempfile, "tempdir", str(_MEMORY))
        yield


@pytest.fixture(scope="session")
def cache() -> Generator[Path, None, None]:
    """Return a folder for what is built once; the template of a server takes two seconds."""
    with tempfile.TemporaryDirectory(prefix="cache-") as folder:
        yield Path(folder)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    # Tests log and print half characters on purpose, pytest keeps what they wrote, and a worker
    # that cannot encode a report ends, and with it the whole run.
    report = yield
    report.sections = [(name, _encodable(text)) for name, text in report.sections]
    return report


def _encodable(text: str) -> str:
    return text.encode(errors="backslashreplace").decode()
