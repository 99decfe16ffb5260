"""What hostile SQL may take: each attack ends soon, and the server lives on."""

import asyncio
import time

import pytest

from server.engines.postgres.loading.limits import LoadLimits
from server.errors import InvalidInputError
from tests.engines.postgres.loading.case import Case, cases
from tests.engines.postgres.loading.conftest import Load, Traces

pytestmark = pytest.mark.anyio

_TIGHT = LoadLimits(
    statement_seconds=1,
    database_bytes=64 << 20,
    memory_bytes=256 << 20,
    catalog_bytes=1 << 20,
    objects=2_000,
)
_HURRIED = LoadLimits(seconds=2, statement_seconds=1)


@pytest.mark.parametrize("case", cases("exhausting"))
async def test_what_takes_too_much_is_ended_and_leaves_nothing(
    load: Load, traces: Traces, case: Case
) -> None:
    before = await traces()

    with pytest.raises(InvalidInputError, match=case.expected):
        async with load(case.sql, limits=_TIGHT):
            pass

    assert await traces() == before


@pytest.mark.parametrize("case", cases("stubborn"))
async def test_a_load_has_a_deadline_that_nothing_inside_can_move(
    load: Load, traces: Traces, case: Case
) -> None:
    before = await traces()

    with pytest.raises(InvalidInputError, match="did not end within 2 s"):
        async with load(case.sql, limits=_HURRIED):
            pass

    assert await traces() == before


async def test_a_cancelled_load_leaves_nothing(load: Load, traces: Traces) -> None:
    before = await traces()

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1), load("SELECT pg_sleep(1000)"):
            pass

    assert await traces() == before


async def test_a_huge_error_costs_this_process_little(load: Load) -> None:
    sql = "DO $$ BEGIN RAISE EXCEPTION '%', repeat('x', 60000000); END $$"

    spent = time.thread_time()
    with pytest.raises(InvalidInputError):
        async with load(sql):
            pass

    # Reading it whole would take ten times as much.
    assert time.thread_time() - spent < 2
