"""The database that the tests of checks share; each test begins with an empty one."""

from collections.abc import AsyncGenerator

import pytest

from server.engines.postgres.shadow import Shadow
from tests.engines.analysis.patient import Patient

_ROLES = """
CREATE ROLE anon; CREATE ROLE authenticated; CREATE ROLE admin; CREATE ROLE app;
CREATE ROLE "odd ""role";
"""
# A throw-away server's sessions have no search path; examples rely on the usual one.
_USUAL = {"search_path": '"$user", public', "client_min_messages": "warning"}


@pytest.fixture(scope="session")
async def patient(shadow: Shadow) -> AsyncGenerator[Patient, None]:
    async with (
        shadow.database() as database,
        await database.connect(settings=_USUAL, keeps_statements=True) as session,
    ):
        yield Patient(session)


@pytest.fixture(scope="session")
async def staffed(shadow: Shadow) -> AsyncGenerator[Patient, None]:
    """A patient with roles: on a server of its own, because all databases of one share them."""
    async with (
        shadow.private_cluster() as cluster,
        cluster.database() as database,
        await database.connect(settings=_USUAL, keeps_statements=True) as session,
    ):
        await session.script(_ROLES)
        yield Patient(session)
