"""Whether a plan may be applied: it was proven here before, or is proven on the present schema."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from anyio.to_thread import run_sync

from server.engines.migration.apply.course import Direction
from server.engines.migration.apply.position import Position, is_at_end
from server.engines.migration.apply.walk import walked
from server.engines.migration.boundary import boundary
from server.engines.migration.owners import strayed
from server.engines.migration.plan import Plan
from server.engines.migration.proof.ground import Ground
from server.engines.migration.proof.proof import Proof
from server.engines.migration.proof.prove import Plan as Course
from server.engines.migration.proof.prove import ProofOptions, prove
from server.engines.migration.proof.seed.demands import Renames
from server.engines.migration.rendering import laid_out
from server.errors import RefusedError

_MOST_NAMES = 5


@dataclass(frozen=True, slots=True)
class _Sides:
    """The schemas that the plan stands between."""

    source: Ground
    target: Ground


async def proven_from(present: Ground, plan: Plan, here: Position, *, time_zone: str) -> Proof:
    """Prove all of a plan, whichever of its boundaries the present schema is.

    What the schema was and what it becomes is made by the plan itself, and accepted by the
    fingerprints that the plan promises.

    Raises:
        RefusedError: the plan does not lead to what it promises.
        UnavailableError: this machine has no pg_dump for the server, or the server ended.
        InvalidInputError: the plan takes too long, too much memory or too much disk.
    """
    async with _sides(present, plan, here, time_zone) as sides:
        course = await run_sync(_course, plan)
        options = ProofOptions(
            renames=Renames({each.old: each.new for each in plan.renames}),
            with_owners=plan.with_owners,
            time_zone=time_zone,
        )
        return await prove(sides.source, sides.target, course, options)


def _course(plan: Plan) -> Course:
    return Course([*map(laid_out, plan.forward)], [*map(laid_out, plan.back)])


@asynccontextmanager
async def _sides(
    present: Ground, plan: Plan, here: Position, time_zone: str
) -> AsyncGenerator[_Sides, None]:
    if here.direction is Direction.BACK:
        raise RefusedError(
            f"Plan {plan.id[:12]} is partly undone, and a plan cannot be proven from there.",
            next_step="Go on from the machine that began it, whose record holds the proof.",
        )
    async with AsyncExitStack() as stack:
        target = source = present
        if not is_at_end(here, plan):
            rest = plan.forward[here.done :]
            way = await stack.enter_async_context(walked(present, rest, time_zone=time_zone))
            target = way.end
        if here.done:
            back = await stack.enter_async_context(walked(target, plan.back, time_zone=time_zone))
            source = back.end
        await run_sync(_check, target, plan.fingerprints[-1], "forward")
        _check_owners(target, plan)
        await run_sync(_check, source, plan.fingerprints[0], "back")
        yield _Sides(source, target)


def _check(ground: Ground, promised: str, how: str) -> None:
    if boundary(ground.catalog) != promised:
        raise RefusedError(
            f"On a copy of the database's present schema the plan leads {how} to another schema "
            "than it promises.",
            next_step="Have generate_migration write it again.",
        )


def _check_owners(target: Ground, plan: Plan) -> None:
    found = [*strayed(plan.owners, target.catalog)]
    if found:
        raise RefusedError(
            "On a copy of the database's present schema the plan leads to other owners than it "
            f"promises: {'; '.join(found[:_MOST_NAMES])}.",
            next_step="Have generate_migration write it again.",
        )
