"""From one schema to the other and back, in both ways of planning, with rows and without."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.read import read_catalog
from server.engines.migration.action import Mode
from server.engines.migration.context import Strategy
from server.engines.migration.hazard import HazardKind
from server.engines.migration.planner import PlanOptions, counted, steps
from server.engines.migration.step import Segment, Step, segments
from server.engines.postgres.cluster import Cluster
from server.engines.postgres.loading.load import LoadedSchema, loaded
from server.engines.postgres.loading.script import Script
from server.engines.postgres.session import Session, StatementError
from server.errors import InvalidSqlError, RefusedError
from tests.engines.migration.random_schemas.journey import Journey
from tests.engines.migration.random_schemas.survival import Contents, contents, lost
from tests.engines.migration.random_schemas.thrift import waste

_DATA_ERRORS = ("22", "23")
# What a bug in the planner raises; anything else ends the run.
_CRASHES = (LookupError, TypeError, ValueError, AttributeError, RecursionError)
_AT_RISK = frozenset({HazardKind.MAY_FAIL, HazardKind.DATA_LOSS})


class Result(StrEnum):
    PROVEN = "proven"
    REFUSED = "refused"
    INVALID = "a schema that PostgreSQL refuses, by a fault of the generator"
    CRASHED = "crashed"
    WRONG = "wrong"
    STOPPED = "stopped by rows, as announced"


@dataclass(frozen=True, slots=True)
class Leg:
    """What came of one way from a schema to another."""

    name: str
    result: Result
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    step: Step
    error: StatementError

    @property
    def is_announced(self) -> bool:
        by_rows = (self.error.sqlstate or "").startswith(_DATA_ERRORS)
        return by_rows and any(each.kind in _AT_RISK for each in self.step.hazards)

    def __str__(self) -> str:
        return f"{self.error.message} ({self.error.sqlstate}) :: {self.step.sql}"


async def tripped(cluster: Cluster, journey: Journey) -> tuple[Leg, ...]:
    """Go over and back online, with rows; and back and over directly, without."""
    try:
        return await _tripped(cluster, journey)
    except InvalidSqlError as error:
        return (Leg("loading", Result.INVALID, str(error)),)


async def _tripped(cluster: Cluster, journey: Journey) -> tuple[Leg, ...]:
    async with _held(cluster, journey.old) as old, _held(cluster, journey.new) as new:
        before, after = await read_catalog(old.session), await read_catalog(new.session)
        await _fill(old, journey)
        online = [await _leg(old, before, after, Strategy.ONLINE, "over")]
        if online[-1].result is Result.PROVEN:
            online.append(await _leg(old, after, before, Strategy.ONLINE, "back"))
        direct = [await _leg(new, after, before, Strategy.DIRECT, "back")]
        if direct[-1].result is Result.PROVEN:
            direct.append(await _leg(new, before, after, Strategy.DIRECT, "over"))
        if online[-1].result is Result.STOPPED:
            online = [online[-1], *await _without_rows(cluster, journey, before, after)]
    wasted = waste(journey, before, after)
    thrift = (Leg("thrift", Result.WRONG, wasted),) if wasted else ()
    return (*online, *direct, *thrift)


async def _without_rows(
    cluster: Cluster, journey: Journey, before: Catalog, after: Catalog
) -> tuple[Leg, ...]:
    async with _held(cluster, journey.old) as old:
        over = await _leg(old, before, after, Strategy.ONLINE, "over without rows")
        if over.result is not Result.PROVEN:
            return (over,)
        return (over, await _leg(old, after, before, Strategy.ONLINE, "back without rows"))


@asynccontextmanager
async def _held(cluster: Cluster, text: str) -> AsyncGenerator[LoadedSchema, None]:
    async with loaded([Script("random", lambda: BytesIO(text.encode()))], cluster) as schema:
        yield schema


@asynccontextmanager
async def _worker(schema: LoadedSchema) -> AsyncGenerator[Session, None]:
    settings = {"check_function_bodies": "off", "lock_timeout": "10s", "statement_timeout": "60s"}
    async with await schema.database.connect(settings=settings) as session:
        await session.script(f"SET ROLE {schema.owner}")
        yield session


async def _fill(schema: LoadedSchema, journey: Journey) -> None:
    async with _worker(schema) as session:
        for statement in journey.rows:
            await _tried(session, statement)


async def _tried(session: Session, statement: str) -> None:
    try:
        await session.script(statement)
    except StatementError:
        return  # A row that a constraint refuses is none that the schema could hold.


async def _leg(
    schema: LoadedSchema, source: Catalog, target: Catalog, strategy: Strategy, name: str
) -> Leg:
    name = f"{strategy} {name}"
    try:
        plan = steps(source, target, PlanOptions(strategy=strategy))
    except RefusedError as refusal:
        return Leg(name, Result.REFUSED, str(refusal))
    except _CRASHES as crash:
        return Leg(name, Result.CRASHED, repr(crash))
    before = await contents(schema.session, source, target)
    failure = await _applied(schema, segments(plan))
    if failure is not None:
        result = Result.STOPPED if failure.is_announced else Result.WRONG
        return Leg(name, result, str(failure))
    return await _judged(schema, target, plan, Leg(name, Result.PROVEN), before)


async def _judged(
    schema: LoadedSchema, target: Catalog, plan: Sequence[Step], leg: Leg, before: Contents
) -> Leg:
    there = await read_catalog(schema.session)
    rest = counted(there, target)
    if rest:
        said = "; ".join(
            f"{type(e).__name__} {e.identity} {getattr(e, 'changes', '')}" for e in rest
        )
        return Leg(leg.name, Result.WRONG, f"residue: {said}")
    gone = lost(before, await contents(schema.session, there, target), plan)
    if gone:
        return Leg(leg.name, Result.WRONG, f"rows changed: {gone}")
    return leg


async def _applied(schema: LoadedSchema, parts: Sequence[Segment]) -> Failure | None:
    async with _worker(schema) as session:
        for part in parts:
            failure = await _run(session, part)
            if failure is not None:
                return failure
    return None


async def _run(session: Session, part: Segment) -> Failure | None:
    """Run a segment as one transaction, if it is one."""
    step = part.steps[0]
    try:
        if step.mode is Mode.OUTSIDE:
            await session.script(step.sql)
            return None
        async with session.transaction():
            for step in part.steps:
                await session.script(step.sql)
    except StatementError as error:
        return Failure(step, error)
    return None
