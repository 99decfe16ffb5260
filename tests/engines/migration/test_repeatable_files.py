"""A file that stopped half way can be run again as it is."""

from collections.abc import Iterable

import pytest

from server.engines.migration.step import Segment
from server.engines.postgres.session import Session, StatementError
from server.engines.postgres.shadow import Shadow
from tests.engines.migration.proving import proven

pytestmark = pytest.mark.anyio

_BUILD = 'CREATE UNIQUE INDEX CONCURRENTLY {}"i ""i" ON "t t" (a)'
_OLD = 'CREATE TABLE "t t" (a int);'
_NEW = f'{_OLD} CREATE UNIQUE INDEX "i ""i" ON "t t" (a);'


async def _run(session: Session, segments: Iterable[Segment]) -> None:
    for segment in segments:
        for step in segment.steps:
            await session.script(step.sql)


async def _is_valid(session: Session) -> list[bool]:
    rows = await session.rows("SELECT indisvalid FROM pg_index WHERE indexrelid >= 16384")
    return [row["indisvalid"] for row in rows]


async def test_a_file_run_again_does_not_pass_over_the_index_that_it_left_invalid(
    shadow: Shadow,
) -> None:
    segments = (await proven(shadow, _OLD, _NEW)).rendering.forward

    async with (
        shadow.cluster() as cluster,
        cluster.database() as database,
        await database.connect(settings={"search_path": "public"}) as session,
    ):
        await session.script(_OLD)
        await session.script('INSERT INTO "t t" VALUES (1), (1)')
        with pytest.raises(StatementError, match="could not create unique index"):
            await _run(session, segments)
        left = await _is_valid(session)
        await session.script('DELETE FROM "t t" WHERE ctid = (SELECT min(ctid) FROM "t t")')
        await _run(session, segments)

        assert left == [False]
        assert await _is_valid(session) == [True]


async def test_a_statement_that_stands_alone_in_its_file_does_not_pass_over_an_invalid_index(
    shadow: Shadow,
) -> None:
    async with (
        shadow.cluster() as cluster,
        cluster.database() as database,
        await database.connect(settings={"search_path": "public"}) as session,
    ):
        await session.script(_OLD)
        await session.script('INSERT INTO "t t" VALUES (1), (1)')
        with pytest.raises(StatementError, match="could not create unique index"):
            await session.script(_BUILD.format(""))

        await session.script(_BUILD.format("IF NOT EXISTS "))
        with pytest.raises(StatementError, match="already exists"):
            await session.script(_BUILD.format(""))

        assert await _is_valid(session) == [False]
