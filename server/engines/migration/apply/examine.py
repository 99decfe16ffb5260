"""Looks at a database before anything is done: where it stands, and whether the plan is proven."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from anyio.to_thread import run_sync

from server.engines.migration.apply.assurance import proven_from
from server.engines.migration.apply.course import Direction, Leg, leg, segments_of
from server.engines.migration.apply.journal import read_journal
from server.engines.migration.apply.position import Position, position, start_of
from server.engines.migration.apply.present import House, Present, check_database, present
from server.engines.migration.apply.record import ProofKey, is_recorded, record
from server.engines.migration.apply.run import Order
from server.engines.migration.apply.standing import Standing, standing
from server.engines.migration.apply.verdict import Verdict, verdict
from server.engines.migration.apply.walk import walked
from server.engines.migration.plan import Plan
from server.engines.postgres.live import LiveDatabase, LiveReader
from server.engines.postgres.session import Session
from server.engines.sql.pieces import Statement
from server.engines.sql.rehearsal import rehearsal
from server.errors import RefusedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for, and by whom; `cache` is where our record of proofs is."""

    plan: Plan
    database: str
    direction: Direction
    through_phase: int | None
    cache: Path
    principal: str

    @property
    def key(self) -> ProofKey:
        """What the record of proofs knows the plan by."""
        return ProofKey(self.plan.id, self.principal, self.plan.major)


@dataclass(frozen=True, slots=True)
class Look:
    """What was found; `reached` counts the segments that are done in the wanted direction."""

    wish: Wish
    now: Present
    here: Position
    standing: Standing
    reached: int

    @property
    def leg(self) -> Leg:
        """What is to run now."""
        return leg(
            segments_of(self.wish.plan, self.wish.direction), self.first, self.wish.through_phase
        )

    @property
    def first(self) -> int:
        """The segment to begin with: one that only lacks its entry is looked at again."""
        return self.reached - self.standing.is_ahead


def check_plan(wish: Wish) -> None:
    """Refuse a plan for another database, and statements that nobody may run.

    Raises:
        RefusedError: the plan was made for another database.
        InvalidSqlError: a step is not one statement, or is forbidden.
    """
    check_database(wish.plan, wish.database)
    for segment in (*wish.plan.forward, *wish.plan.back):
        for step in segment.steps:
            rehearsal(Statement(step.sql, 1, 1, f"plan {wish.plan.id[:12]}"))


@asynccontextmanager
async def looked_at(
    house: House, live: LiveDatabase, wish: Wish, session: Session | LiveReader
) -> AsyncGenerator[Look, None]:
    """Hold a copy of the present schema, with where that stands.

    Raises:
        RefusedError: the plan does not lead in the wanted direction from here.
        UnavailableError: the database or a server to load into cannot be reached.
    """
    here = position(await read_journal(session), wish.plan)
    async with present(house, live, wish.plan) as now:
        stand = await run_sync(standing, wish.cache, now, wish.plan, here)
        reached = _reached(here, wish, stand)
        yield Look(wish, now, here, stand, reached)


def _reached(here: Position, wish: Wish, stand: Standing) -> int:
    pending = here.pending
    if not stand.is_ahead or pending is None:
        return start_of(here, wish.plan, wish.direction)
    if pending.direction is not wish.direction:
        raise RefusedError(
            f"Segment {pending.segment + 1} ({pending.direction}) of plan {wish.plan.id[:12]} was "
            "cut short when its work was done.",
            next_step=f"Call apply_migration with direction='{pending.direction}' first.",
        )
    return pending.segment + 1


async def assured(look: Look, stage: Callable[[str], None], *, again: bool) -> Verdict:
    """Tell whether the plan is proven; `again` does not take the word of our record.

    Raises:
        UnavailableError: this machine has no pg_dump for the server, or the server ended.
        InvalidInputError: the plan takes too long, too much memory or too much disk.
    """
    wish, now = look.wish, look.now
    is_known = is_recorded(wish.cache, wish.key)
    if is_known and (not again or look.here.direction is Direction.BACK):
        words = f"proven before on this machine, on PostgreSQL {wish.plan.major}"
        return Verdict(is_proven=True, words=words)
    stage("proving the plan on the present schema")
    here = replace(look.here, done=_done_forward(look))
    try:
        found = verdict(await proven_from(now.ground, wish.plan, here, time_zone=now.time_zone))
    except RefusedError as error:
        return Verdict(is_proven=False, words=str(error))
    if found.is_proven:
        record(wish.cache, wish.key)
    return found


def _done_forward(look: Look) -> int:
    """Return the boundary of the plan that the present schema is."""
    is_forward = look.wish.direction is Direction.FORWARD
    return look.reached if is_forward else look.here.done


def refuse_unfit(look: Look, found: Verdict | None = None) -> None:
    """Refuse what must not be applied.

    Raises:
        RefusedError: the database is not where the journal says, or the plan is not proven.
    """
    name = look.wish.plan.id[:12]
    if not look.standing.may_go_on:
        drift = "".join(f"\n- {line}" for line in look.standing.drift)
        raise RefusedError(
            f"{where(look)}{drift}\nNothing was applied.",
            next_step="Undo what was changed beside the plan, or have generate_migration write a "
            f"plan from source='db:{look.wish.database}'.",
        )
    if found is not None and not found.is_proven:
        raise RefusedError(
            f"Plan {name} is not proven, so it is not applied: {found.words}",
            next_step="Have generate_migration write it again from "
            f"source='db:{look.wish.database}'.",
        )


def where(look: Look) -> str:
    """Say where the database stands."""
    plan, here, stand = look.wish.plan, look.here, look.standing
    total = len(plan.forward)
    if stand.may_go_on:
        ahead = "; the segment that was cut short is done" if stand.is_ahead else ""
        return f"Stands {_boundary(here, plan)}, as the journal records{ahead}."
    seen = ", ".join(_named(number, total) for number in stand.boundaries)
    found = f"its schema is the one {seen}" if seen else "its schema is none of the plan's"
    return f"The journal has the database {_boundary(here, plan)}, and {found}: it drifted."


def _boundary(here: Position, plan: Plan) -> str:
    if here.direction is Direction.FORWARD:
        return _named(here.done, len(plan.forward))
    return f"on the way back, {here.done} of {len(plan.back)} segments undone"


def _named(number: int, total: int) -> str:
    if number == 0:
        return "at the plan's source"
    return "at the plan's end" if number == total else f"after segment {number} of {total}"


async def ordered(look: Look) -> Order:
    """Return what to run, with the fingerprint that each segment must lead to.

    Raises:
        RefusedError: the way back does not lead to the plan's source.
    """
    wish = look.wish
    if wish.direction is Direction.FORWARD:
        promised = dict(enumerate(wish.plan.fingerprints[1:]))
    else:
        promised = await _promised_back(look)
    return Order(
        plan_id=wish.plan.id,
        direction=wish.direction,
        leg=look.leg,
        boundaries=promised,
        is_ahead=look.standing.is_ahead,
    )


async def _promised_back(look: Look) -> dict[int, str]:
    """Try the rest of the way back on a copy: the plan promises only where it ends."""
    plan, reached = look.wish.plan, look.reached
    rest = plan.back[reached:]
    async with walked(look.now.ground, rest, time_zone=look.now.time_zone) as way:
        if (look.now.boundary, *way.boundaries)[-1] != plan.fingerprints[0]:
            raise RefusedError(
                f"On a copy the way back of plan {plan.id[:12]} does not lead to its source.",
                next_step="Have generate_migration write a plan to the schema that you want.",
            )
        found = dict(enumerate(way.boundaries, start=reached))
    return {reached - 1: look.now.boundary, **found}
