"""Work that was cut short between two boundaries of the plan: it is completed first."""

from server.engines.migration.apply.course import segments_of
from server.engines.migration.apply.desk import Desk
from server.engines.migration.apply.facts import Fact, fact, finishing
from server.engines.migration.apply.journal import read_journal
from server.engines.migration.apply.position import position
from server.engines.migration.plan import Plan
from server.engines.postgres.live import LiveReader
from server.engines.postgres.session import Session, StatementError
from server.engines.sql.concurrent_change import DetachedPartition, concurrent_change
from server.engines.sql.pieces import Statement
from server.errors import RefusedError


async def refuse_half_done(reader: LiveReader, plan: Plan) -> None:
    """Refuse to judge a database in between.

    Raises:
        RefusedError: says what completes it.
    """
    change = await _half_done(reader, plan)
    if change is not None:
        raise RefusedError(
            f"A call that was cut short left {change.partition} half detached.",
            next_step="Call apply_migration with dry_run=false: it completes that first.",
        )


async def complete(desk: Desk, plan: Plan) -> None:
    """Complete what the journal says was begun and the catalog says is half done.

    Raises:
        RefusedError: it cannot be completed now.
    """
    change = await _half_done(desk.session, plan)
    if change is None:
        return
    desk.watch.begin(f"completing the detachment of {change.partition}")
    try:
        await desk.session.script(finishing(change))
    except StatementError as error:
        raise RefusedError(
            f"{change.partition} is half detached, and that cannot be completed: {error.message}.",
            next_step="Remove the cause, then call apply_migration again.",
        ) from None


async def _half_done(session: Session | LiveReader, plan: Plan) -> DetachedPartition | None:
    entry = position(await read_journal(session), plan).pending
    if entry is None:
        return None
    step = segments_of(plan, entry.direction)[entry.segment].steps[0]
    change = concurrent_change(Statement(step.sql, 1, 1, "plan"))
    if not isinstance(change, DetachedPartition):
        return None
    return change if await fact(session, change) is Fact.HALF_DONE else None
