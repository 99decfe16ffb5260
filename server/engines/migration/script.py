"""The statements of a segment as they are written into files and run: with their timeouts.

A step is one of the plan's; a text stands around them, and is none that anybody has to think about.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from server.engines.catalog.kinds.aggregate import Aggregate
from server.engines.catalog.kinds.routine import Routine
from server.engines.migration.step import Segment, Step
from server.engines.sql.concurrent_change import BuiltIndex, concurrent_change
from server.engines.sql.pieces import Statement
from server.engines.sql.quote import qualified

LOCK_TIMEOUT = "3s"
"""How long a statement waits for a lock: whoever comes after it waits as long."""
STATEMENT_TIMEOUT = "60s"
"""How long a statement runs that only changes the catalog."""
_NONE = "0"
_NAMES = ("lock_timeout", "statement_timeout")
_LIFTED = tuple(f"SET {name} = {_NONE}" for name in _NAMES)
_SET_BACK = tuple(f"RESET {name}" for name in _NAMES)
_LEFT_BEHIND = "DROP INDEX CONCURRENTLY IF EXISTS"
_BUILD = re.compile(r"\A\s*CREATE (?:UNIQUE )?INDEX CONCURRENTLY ")
# Work that grows with the tables; a limit would only waste what was done.
_GROWS = re.compile(
    r"\A\s*(UPDATE|INSERT|SELECT|DO|CREATE (UNIQUE )?INDEX|CREATE MATERIALIZED VIEW"
    r"|CREATE TABLE \S+ AS|REFRESH|DROP INDEX CONCURRENTLY)\b"
    r"|\bVALIDATE CONSTRAINT\b|\bALTER COLUMN \S+ TYPE\b|\bATTACH PARTITION\b"
    r"|\bADD CONSTRAINT\b(?!.*\b(NOT VALID|USING INDEX)\b)",
    re.DOTALL,
)


def script(segment: Segment, *, keeps_session: bool) -> tuple[Step | str, ...]:
    """Return the segment's statements, without semicolons and without BEGIN and COMMIT.

    Where all of them run in one session, time-outs are lifted for what runs outside a transaction:
    a wait for others is part of that work, and a time-out that the role may have would leave an
    index behind that costs writes and serves nobody. An index that an attempt left behind all the
    same is dropped first, so that the same text can be run again, and does not pass over it.
    """
    if segment.is_transactional:
        return tuple(_statements(segment))
    if not keeps_session:
        return segment.steps
    own = (each for step in segment.steps for each in _repeatable(step))
    return (*_LIFTED, *own, *_SET_BACK)


def _repeatable(step: Step) -> Iterator[Step | str]:
    change = concurrent_change(Statement(step.sql, 1, 1, "plan"))
    if not isinstance(change, BuiltIndex):
        yield step
        return
    yield f"{_LEFT_BEHIND} {qualified(*change.index)}"
    yield replace(step, sql=_BUILD.sub(r"\g<0>IF NOT EXISTS ", step.sql, count=1))


def _statements(segment: Segment) -> Iterator[Step | str]:
    yield f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"
    if any(step.subject.kind in {Routine.kind, Aggregate.kind} for step in segment.steps):
        # Bodies may name what comes later.
        yield "SET LOCAL check_function_bodies = off"
    timeout = ""
    for step in segment.steps:
        wanted = statement_timeout(step)
        if wanted != timeout:
            yield f"SET LOCAL statement_timeout = '{wanted}'"
        timeout = wanted
        yield step


def statement_timeout(step: Step) -> str:
    """Return how long the step may run, as the setting of that name takes it."""
    return _NONE if _GROWS.search(step.sql) else STATEMENT_TIMEOUT
