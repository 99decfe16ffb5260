"""The two things that are done with a plan: trying it without a change, and applying it."""

from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from anyio.to_thread import run_sync

from server.engines.migration.apply.blockers import Blocker, in_the_way
from server.engines.migration.apply.course import Direction, phases, segments_of
from server.engines.migration.apply.desk import opened
from server.engines.migration.apply.examine import (
    Look,
    Wish,
    assured,
    check_plan,
    looked_at,
    ordered,
    refuse_unfit,
    where,
)
from server.engines.migration.apply.outline import keep
from server.engines.migration.apply.patience import Patience
from server.engines.migration.apply.pending import complete, refuse_half_done
from server.engines.migration.apply.present import House, present
from server.engines.migration.apply.run import Order, run
from server.engines.migration.apply.verdict import Verdict
from server.engines.migration.apply.work import Size, Work, sizes, touched, works
from server.engines.migration.proof.course import Course
from server.engines.migration.rendering import is_setting, laid_out
from server.engines.migration.step import Observation, Segment
from server.engines.postgres.live import LiveDatabase

Admission = Callable[[], AbstractAsyncContextManager[None]]
"""Waits for a place on this machine, which the throw-away servers share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What applying would do now; without a change."""

    standing: str
    is_fit: bool
    drift: tuple[str, ...]
    verdict: Verdict | None
    first: int
    end: int
    works: tuple[Work, ...]
    sizes: tuple[Size, ...]
    blockers: tuple[Blocker, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What was applied: segments `first` to before `end`, counted from 0."""

    verdict: str
    first: int
    end: int
    next_phase: int | None
    is_as_promised: bool


async def preview(
    house: House, wish: Wish, stage: Callable[[str], None], admitted: Admission
) -> Preview:
    """Try the plan on a copy, and look at who would be in its way.

    Raises:
        NotFoundError: there is no such database.
        RefusedError: the database is read-only, or the plan does not lead on from here.
        UnavailableError: a server is not reached.
    """
    live = house.writable(wish.database)
    await run_sync(check_plan, wish)
    async with admitted(), live.read() as reader:
        await refuse_half_done(reader, wish.plan)
        stage(f"loading the schema of {live.name}")
        async with looked_at(house, live, wish, reader) as look:
            found = await assured(look, stage, again=True) if look.standing.may_go_on else None
        stage("measuring the tables")
        return await _preview(live, look, found)


async def _preview(live: LiveDatabase, look: Look, found: Verdict | None) -> Preview:
    wish = look.wish
    segments = segments_of(wish.plan, wish.direction)
    proof = found.proof if found else None
    is_forward = wish.direction is Direction.FORWARD
    course = proof and (proof.forward if is_forward else proof.back)
    seen = await run_sync(_of_steps, segments, course) if course else ()
    names = touched(segments, seen)
    async with live.read() as reader:
        known = await sizes(reader, names)
        blockers = await in_the_way(reader, names)
    return Preview(
        standing=where(look),
        is_fit=look.standing.may_go_on and found is not None and found.is_proven,
        drift=look.standing.drift,
        verdict=found,
        first=look.first,
        end=look.leg.end,
        works=works(segments, seen, known),
        sizes=tuple(known.values()),
        blockers=blockers,
        notes=look.now.ground.notes,
    )


def _of_steps(segments: Iterable[Segment], course: Course) -> tuple[Observation, ...]:
    """Return what was observed, without what only sets a time-out."""
    ran = (step for segment in segments for step in laid_out(segment).steps)
    pairs = zip(ran, course.observations, strict=False)
    return tuple(seen for step, seen in pairs if not is_setting(step))


async def apply(
    house: House,
    wish: Wish,
    patience: Patience,
    stage: Callable[[str], None],
    admitted: Admission,
) -> Applied:
    """Apply what is next of the plan.

    Raises:
        StoppedError: a segment failed; says what is applied and how to go on or back.
        NotFoundError: there is no such database.
        RefusedError: the database is read-only or not where the journal says, another run is
            on, or the plan is not proven.
        UnavailableError: a server is not reached.
    """
    live = house.writable(wish.database)
    await run_sync(check_plan, wish)
    async with opened(live, stage, patience) as desk:
        await complete(desk, wish.plan)
        stage(f"loading the schema of {live.name}")
        async with admitted(), looked_at(house, live, wish, desk.session) as look:
            refuse_unfit(look)
            found = await assured(look, stage, again=False)
            refuse_unfit(look, found)
            order = await ordered(look)
        await run(desk, order)
        stage("checking the schema")
        async with admitted():
            is_as_promised = await _is_as_promised(house, live, look, order)
    return _applied(look, order, found, is_as_promised=is_as_promised)


def _applied(look: Look, order: Order, found: Verdict, *, is_as_promised: bool) -> Applied:
    later = phases(order.leg.segments[order.leg.end :])
    return Applied(
        verdict=found.words,
        first=look.reached,
        end=order.leg.end,
        next_phase=later[0] if later else None,
        is_as_promised=is_as_promised,
    )


async def _is_as_promised(house: House, live: LiveDatabase, look: Look, order: Order) -> bool:
    if order.leg.end == order.leg.first:
        return True
    async with present(house, live, look.wish.plan) as now:
        if now.boundary != order.boundaries[order.leg.end - 1]:
            return False
        await run_sync(keep, look.wish.cache, now.ground.catalog)
        return True
