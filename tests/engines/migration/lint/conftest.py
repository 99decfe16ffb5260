"""The clone that the tests of rules share."""

import io
from collections.abc import AsyncGenerator

import pytest

from server.engines.migration.proof.clones import cloned
from server.engines.migration.proof.ground import Ground
from server.engines.postgres.loading.load import loaded
from server.engines.postgres.loading.script import Script
from server.engines.postgres.shadow import Shadow
from tests.engines.migration.lint.trial import Trial


@pytest.fixture(scope="module")
async def trial(shadow: Shadow) -> AsyncGenerator[Trial, None]:
    nothing = Script("empty", lambda: io.BytesIO(b""))
    async with shadow.cluster() as cluster, loaded([nothing], cluster) as schema:
        ground = await Ground.of(schema)
        async with cloned(ground) as clone:
            yield Trial(clone)
