"""Proves one plan: forward and back on a copy of the source, watched, with rows in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from anyio.to_thread import run_sync

from server.engines.catalog.reread import Rereader
from server.engines.migration.fill_in import settings_read
from server.engines.migration.proof.clones import Clone, cloned, rereader_of
from server.engines.migration.proof.course import Course, Failure
from server.engines.migration.proof.fingerprints import Fingerprint, TableName, fingerprints
from server.engines.migration.proof.ground import Ground
from server.engines.migration.proof.proof import Proof
from server.engines.migration.proof.residual import Residual, residual
from server.engines.migration.proof.runner import run_plan
from server.engines.migration.proof.seed.bounds import read_bounds
from server.engines.migration.proof.seed.demands import Renames
from server.engines.migration.proof.seed.flavor import Flavor, RowsToTry
from server.engines.migration.proof.seed.later import Future
from server.engines.migration.proof.seed.seed import SeedRequest, seed
from server.engines.migration.proof.seed.value_types import ColumnName
from server.engines.migration.proof.stuck import stuck_at
from server.engines.migration.proof.survival import Fingerprints, Survey, Survival
from server.engines.migration.proof.tame_values import tame_values
from server.engines.migration.proof.unexpected import unexpected
from server.engines.migration.step import Segment
from server.engines.postgres.loading.limits import (
    DEFAULT_LIMITS,
    LimitReachedError,
    LoadLimits,
    bounded,
)


@dataclass(frozen=True, slots=True)
class ProofOptions:
    """How a plan is tried; `time_zone` is that of the database it is meant for."""

    renames: Renames = field(default_factory=Renames)
    with_owners: bool = False
    time_zone: str = "UTC"
    seeding_seconds: float = 5.0
    limits: LoadLimits = DEFAULT_LIMITS


DEFAULT_OPTIONS = ProofOptions()


@dataclass(frozen=True, slots=True)
class Plan:
    """The segments that lead from the source to the target, and those that lead back."""

    forward: Sequence[Segment]
    back: Sequence[Segment]


async def prove(
    source: Ground, target: Ground, plan: Plan, options: ProofOptions = DEFAULT_OPTIONS
) -> Proof:
    """Run the plan on rows of each flavor until it is not rows that stop it.

    A plan that takes too long, too much memory or too much disk is not proven: see `Proof.stopped`.

    Raises:
        UnavailableError: this machine has no pg_dump for the server, or the server ended.
    """
    trial = _Trial(source, target, plan, options)
    proof = await trial.run()
    if not await _is_about_rows(trial, proof):
        return proof
    while (failure := proof.failure) and (rows := trial.next(proof)):
        trial = replace(trial, rows=rows, setbacks=(*trial.setbacks, failure))
        proof = await trial.run()
    return proof


async def _is_about_rows(trial: "_Trial", proof: Proof) -> bool:
    """Tell whether it is worth trying other rows."""
    failure = proof.failure
    if failure is None or failure.is_about_rows:
        return failure is not None
    if not (failure.may_be_about_rows and proof.seeding.rows):
        return False
    without = await replace(trial, rows=RowsToTry(Flavor.EMPTY)).run()
    return not failure.is_like(without.failure)


@dataclass(frozen=True, slots=True)
class _Trial:
    """One attempt, on a clone of its own."""

    source: Ground
    target: Ground
    plan: Plan
    options: ProofOptions
    rows: RowsToTry = field(default_factory=RowsToTry)
    setbacks: tuple[Failure, ...] = ()

    def next(self, proof: Proof) -> RowsToTry | None:
        """Return which rows to try after those that stopped the plan, None if it was none."""
        failure = proof.failure
        if failure is None:
            return None
        segments = self.plan.forward if proof.forward.failure else self.plan.back
        return self.rows.next(stuck_at(failure.step, segments, self._future()))

    async def run(self) -> Proof:
        """Run the plan there and back, as far as the limits let it."""
        version = self.source.database.cluster.version
        proof = Proof(
            version=version, forward=Course(), setbacks=self.setbacks, notes=self.source.notes
        )
        progress = _Progress(proof)
        limits = self.options.limits.for_segments(len(self.plan.forward) + len(self.plan.back))
        seconds = limits.statement_seconds
        async with cloned(
            self.source, time_zone=self.options.time_zone, statement_seconds=seconds
        ) as clone:
            try:
                return await bounded(
                    lambda: self._on(clone, progress),
                    limits=limits,
                    database=clone.database,
                    spared=clone.superuser.pid,
                    refusal="The plan was not proven",
                )
            except LimitReachedError as limit:
                return replace(progress.proof, stopped=limit.reason)

    async def _on(self, clone: Clone, progress: "_Progress") -> Proof:
        seeding = await seed(clone, await self._request(clone))
        progress.proof = replace(progress.proof, seeding=seeding)
        rows = _Rows(clone, self._survey(), rereader_of(clone))
        await rows.look_before()
        forward = await run_plan(
            clone, self.plan.forward, rereader=rows.rereader, follow=progress.follow
        )
        progress.follow(forward)
        if forward.failure:
            return progress.proof
        end = (await run_sync(lambda: self.source.boundary), *forward.boundaries)[-1]
        there = await self._residual(clone, end, self.target, self.plan.forward)
        progress.proof = replace(progress.proof, forward_residual=there)
        await rows.look_after()
        return await self._back(progress.proof, rows)

    async def _back(self, proof: Proof, rows: "_Rows") -> Proof:
        back = await run_plan(rows.clone, self.plan.back)
        if back.failure:
            back = replace(back, failure=replace(back.failure, is_on_way_back=True))
        proof = replace(proof, back=back)
        if not back.failure:
            end = await rows.rereader.fingerprint()
            here = await self._residual(rows.clone, end, self.source, self.plan.back)
            await rows.look_back()
            proof = replace(proof, back_residual=here)
        survival = rows.survivals()
        lost = unexpected(survival, (self.plan.forward, self.plan.back), rows.survey)
        return replace(proof, survival=survival, unexpected=() if back.failure else lost)

    async def _residual(
        self, clone: Clone, stands_at: str, wanted: Ground, segments: Sequence[Segment]
    ) -> Residual:
        steps = (step for segment in segments for step in segment.steps)
        return await residual(
            clone,
            wanted,
            stands_at,
            with_owners=self.options.with_owners,
            filled_in=frozenset(step.subject for step in steps if settings_read([step.sql])),
        )

    def _survey(self) -> Survey:
        return Survey(self.source.catalog, self.target.catalog, self.options.renames)

    def _future(self, bounds: Mapping[TableName, str] | None = None) -> Future:
        renames = self.options.renames
        return Future(self.source.catalog, self.target.catalog, renames, bounds or {})

    async def _request(self, clone: Clone) -> SeedRequest:
        overrides: Mapping[ColumnName, tuple[str, ...]] = {}
        if self.rows.flavor is Flavor.TAME:
            renames = self.options.renames
            overrides = await tame_values(clone.worker, self.source, self.target, renames)
        future = self._future(await read_bounds(self.target))
        return SeedRequest(future, self.rows, overrides, self.options.seeding_seconds)


@dataclass(slots=True)
class _Progress:
    """What is proven so far, for when the limits end the work."""

    proof: Proof

    def follow(self, course: Course) -> None:
        """Take note of how far the way there got."""
        self.proof = replace(self.proof, forward=course)


@dataclass(slots=True)
class _Rows:
    """What the tables of a clone hold, at three points."""

    clone: Clone
    survey: Survey
    rereader: Rereader
    whole: Fingerprints = field(default_factory=dict[TableName, Fingerprint])
    kept: Fingerprints = field(default_factory=dict[TableName, Fingerprint])
    after: Fingerprints = field(default_factory=dict[TableName, Fingerprint])
    back: Fingerprints = field(default_factory=dict[TableName, Fingerprint])

    async def look_before(self) -> None:
        self.whole = await fingerprints(self.clone, self.survey.whole())
        self.kept = await fingerprints(self.clone, self.survey.kept())

    async def look_after(self) -> None:
        self.after = await fingerprints(self.clone, self.survey.later())

    async def look_back(self) -> None:
        self.back = await fingerprints(self.clone, self.survey.whole())

    def survivals(self) -> tuple[Survival, ...]:
        return self.survey.survivals((self.whole, self.kept), self.after, self.back)
