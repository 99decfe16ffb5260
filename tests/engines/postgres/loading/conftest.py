"""Texts of SQL, loaded as a caller's files would be, and what they leave on the server."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

import pytest

from server.engines.postgres.loading.limits import DEFAULT_LIMITS, LoadLimits
from server.engines.postgres.loading.load import LoadedSchema
from server.engines.postgres.shadow import Shadow
from server.engines.postgres.sources import open_source, parse_source
from server.workspace import Workspace

_TRACES = """
SELECT 'database' AS kind, datname::text AS name FROM pg_database
UNION ALL SELECT 'role', rolname::text FROM pg_roles
UNION ALL SELECT 'superuser', rolname::text FROM pg_roles WHERE rolsuper
UNION ALL SELECT 'setting', setconfig::text FROM pg_db_role_setting
UNION ALL SELECT 'tablespace', spcname::text FROM pg_tablespace
UNION ALL SELECT 'membership', pg_get_userbyid(roleid) || pg_get_userbyid(member)
FROM pg_auth_members
"""

Traces = Callable[[], Awaitable[set[tuple[str, str]]]]


class Load(Protocol):
    """Loads one text as a file, or several in their order as a folder."""

    def __call__(
        self, *texts: str, limits: LoadLimits = DEFAULT_LIMITS
    ) -> AbstractAsyncContextManager[LoadedSchema]: ...


@pytest.fixture
def load(shadow: Shadow, tmp_path: Path) -> Load:
    workspace = Workspace([tmp_path])

    def open_texts(
        *texts: str, limits: LoadLimits = DEFAULT_LIMITS
    ) -> AbstractAsyncContextManager[LoadedSchema]:
        (tmp_path / "schema").mkdir()
        for number, text in enumerate(texts):
            (tmp_path / "schema" / f"{number:02}.sql").write_text(text, encoding="utf-8")
        place = "file:schema/00.sql" if len(texts) == 1 else "dir:schema"
        source = parse_source(place)
        return open_source(source, shadow=shadow, workspace=workspace, databases={}, limits=limits)

    return open_texts


@pytest.fixture
def traces(shadow: Shadow) -> Traces:
    """What the shared server holds for every database, as pairs of kind and name."""

    async def read() -> set[tuple[str, str]]:
        async with shadow.cluster() as cluster, await cluster.connect() as session:
            return {(row["kind"], row["name"]) for row in await session.rows(_TRACES)}

    return read
