"""What goes wrong while a plan is applied, and that the next call goes on from there."""

from dataclasses import replace

import anyio
import pytest

from server.engines.migration.action import Mode
from server.engines.migration.apply.patience import Patience
from server.engines.migration.apply.record import ProofKey, record
from server.engines.migration.apply.stop import StoppedError
from server.engines.migration.plan import Plan
from server.engines.migration.step import Segment
from server.engines.postgres.session import Session
from server.errors import RefusedError
from tests.engines.migration.apply.conftest import Place, PlaceWith, PlanOf, numbered, until

pytestmark = pytest.mark.anyio

PARTITIONED = (
    "CREATE TABLE w (id int NOT NULL) PARTITION BY RANGE (id); CREATE TABLE p (id int NOT NULL)"
)
TWINS = "INSERT INTO t VALUES (1, 1), (2, 1);"
PATIENT = Patience(lambda: 0.0, lock_timeout_ms=60_000, attempts=1, first_pause=0.05)
OLD = "CREATE TABLE t (id int PRIMARY KEY, a int);"
ROWS = "INSERT INTO t SELECT n, n FROM generate_series(1, 100) n;"
WIDER = "CREATE TABLE t (id int PRIMARY KEY, a int, b int);"
INDEXED = OLD + "CREATE INDEX t_a ON t (a);"
UNIQUE = WIDER + "CREATE UNIQUE INDEX t_a ON t (a);"


async def another(place: Place) -> Session:
    return await Session.connect(place.live.address, settings={"search_path": "public"})


async def invalid_indexes(place: Place) -> int:
    return await place.owner.value("SELECT count(*) FROM pg_index WHERE NOT indisvalid")


async def waits(place: Place, event: str) -> bool:
    return await place.owner.value(
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() "
        "AND application_name = 'senior-backend' AND wait_event_type = 'Lock' AND query LIKE $1)",
        f"%{event}%",
    )


async def advisory_locks(place: Place) -> int:
    return await place.owner.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")


@pytest.fixture
def plan_of(plan_of: PlanOf) -> PlanOf:
    """Plan as elsewhere, and take the plan for proven: that is not what is tried here."""

    async def known(place: Place, target: str, phases: tuple[int, ...] = ()) -> Plan:
        plan = await plan_of(place, target, phases)
        record(place.cache, ProofKey(plan.id, "local", plan.major))
        return plan

    return known


async def test_a_lock_that_is_not_to_be_had_stops_the_plan_and_names_who_has_it(
    place_with: PlaceWith, plan_of: PlanOf
) -> None:
    place = await place_with(OLD)
    plan = await plan_of(place, WIDER)

    async with await another(place) as holder, holder.transaction():
        await holder.rows("SELECT 'secret' FROM t")
        with pytest.raises(StoppedError) as caught:
            await place.apply(plan)

    told = str(caught.value)
    assert "(55P03) in 2 attempts" in told
    assert f"pid {holder.pid}" in told
    assert "Nothing is applied" in told
    assert "secret" not in told
    assert await place.boundary() == plan.fingerprints[0]
    assert await place.history() == [("forward", 0, "failed")]


async def test_a_lock_that_is_given_up_in_time_is_taken_by_the_next_attempt(
    place_with: PlaceWith, plan_of: PlanOf
) -> None:
    place = await place_with(OLD)
    plan = await plan_of(place, WIDER)
    patience = Patience(lambda: 0.0, lock_timeout_ms=200, attempts=20, first_pause=0.05)

    async with (
        anyio.create_task_group() as tasks,
        await another(place) as holder,
        holder.transaction(),
    ):
        await holder.rows("SELECT FROM t")
        tasks.start_soon(place.apply, plan, patience)
        await until(lambda: _said(place, "attempt 1 gave up"))

    assert await place.boundary() == plan.fingerprints[-1]
    assert await place.history() == [("forward", 0, "done")]


async def _said(place: Place, words: str) -> bool:
    return any(words in line for line in place.said)


async def test_a_failed_unique_index_is_cleaned_up_and_the_next_call_goes_on(
    place_with: PlaceWith, plan_of: PlanOf
) -> None:
    place = await place_with(OLD + TWINS)
    plan = await plan_of(place, UNIQUE)
    build = numbered(plan, "CREATE UNIQUE INDEX CONCURRENTLY")

    with pytest.raises(StoppedError) as caught:
        await place.apply(plan)
    left = await invalid_indexes(place)
    stands_at = await place.boundary()
    await place.owner.script("UPDATE t SET a = id")
    await place.apply(plan)

    assert f"Segments 1 to {build} of {len(plan.forward)} are applied" in str(caught.value)
    assert "(23505)" in str(caught.value)
    assert (left, stands_at) == (0, plan.fingerprints[build])
    assert await place.boundary() == plan.fingerprints[-1]
    assert [state for _, _, state in await place.history()] == ["done", "failed", "done"]


async def test_an_invalid_index_that_was_left_behind_is_dropped_and_built_again(
    place_with: PlaceWith, plan_of: PlanOf
) -> None:
    place = await place_with(OLD + TWINS)
    plan = await plan_of(place, OLD + "CREATE UNIQUE INDEX t_a ON t (a);")
    with pytest.raises(StoppedError):
        await place.apply(plan)
    with pytest.raises(Exception, match="could not create unique index"):
        await place.owner.script("CREATE UNIQUE INDEX CONCURRENTLY t_a ON t (a)")
    await place.owner.script("UPDATE t SET a = id")

    await place.apply(plan)

    assert await invalid_indexes(place) == 0
    assert await place.boundary() == plan.fingerprints[-1]


async def test_work_that_was_done_without_its_entry_is_found_done(
    place_with: PlaceWith, plan_of: PlanOf
) -> None:
    place = await place_with(OLD)
    plan = await plan_of(place, INDEXED)
    await place.apply(plan)
    await place.owner.script(
        "UPDATE senior_backend.migration_history SET state = 'started', finished_at = NULL"
    )

    await place.apply(plan)

    outcome = await place.owner.value(
        "SELECT outcome FROM senior_backend.migration_history ORDER BY entry DESC LIMIT 1"
    )
    assert outcome.startswith("found done")
    assert await place.boundary() == plan.fingerprints[-1]


async def test_an_index_half_dropped_is_dropped_whole(
    place_with: PlaceWith, plan_of: PlanOf
) -> None:
    place = await place_with(INDEXED)
    plan = await plan_of(place, OLD)
    await place.apply(plan)
    await place.owner.script(
        "UPDATE senior_backend.migration_history SET state = 'started', finished_at = NULL;"
        "CREATE INDEX t_a ON t (a);"
        "UPDATE pg_index SET indisvalid = false, indisready = false, indislive = true "
        "WHERE indexrelid = 't_a'::regclass"
    )

    await place.apply(plan)

    assert await place.owner.value("SELECT to_regclass('t_a')") is None


async def test_a_statement_that_fails_in_the_middle_leaves_nothing_of_its_segment(
    place_with: PlaceWith, plan_of: PlanOf
) -> None:
    place = await place_with(OLD + ROWS)
    target = WIDER + "ALTER TABLE t ADD CONSTRAINT few CHECK (a < 50);"
    plan = await plan_of(place, target)
    failing = numbered(plan, "VALIDATE CONSTRAINT")

    with pytest.raises(StoppedError, match="23514"):
        await place.apply(plan)
    stands_at = await place.boundary()
    await place.owner.script("SET session_replication_role = replica; UPDATE t SET a = 1")
    await place.apply(plan)

    assert stands_at == plan.fingerprints[failing]
    assert await place.boundary() == plan.fingerprints[-1]


async def test_two_runs_at_once_do_not_mix(place_with: PlaceWith, plan_of: PlanOf) -> None:
    place = await place_with(OLD)
    plan = await plan_of(place, WIDER)

    async with (
        anyio.create_task_group() as tasks,
        await another(place) as holder,
        holder.transaction(),
    ):
        await holder.rows("SELECT FROM t")
        tasks.start_soon(place.apply, plan, PATIENT)
        await until(lambda: waits(place, "ADD COLUMN"))
        with pytest.raises(RefusedError, match="Another migration is being applied"):
            await place.apply(plan)

    assert await place.history() == [("forward", 0, "done")]


async def test_a_canceled_transaction_is_rolled_back_and_the_next_call_goes_on(
    place_with: PlaceWith, plan_of: PlanOf
) -> None:
    place = await place_with(OLD)
    plan = await plan_of(place, WIDER)

    async with await another(place) as holder, holder.transaction():
        await holder.rows("SELECT FROM t")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(place.apply, plan, PATIENT)
            await until(lambda: waits(place, "ADD COLUMN"))
            tasks.cancel_scope.cancel()
        backends = await place.backends() - 1
    stopped_at = (await place.boundary(), await place.history(), await advisory_locks(place))
    await place.apply(plan)

    assert backends == 0
    assert stopped_at == (plan.fingerprints[0], [("forward", 0, "stopped")], 0)
    assert await place.boundary() == plan.fingerprints[-1]


async def test_a_canceled_index_build_is_cleaned_up_and_the_next_call_goes_on(
    place_with: PlaceWith, plan_of: PlanOf
) -> None:
    place = await place_with(OLD + ROWS)
    plan = await plan_of(place, INDEXED)

    async with await another(place) as holder, holder.transaction():
        await holder.script("UPDATE t SET a = 0 WHERE id = 1")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(place.apply, plan)
            await until(lambda: _is_invalid(place))
            await until(lambda: _said(place, "waiting for writers"))
            tasks.cancel_scope.cancel()
        backends = await place.backends() - 1
        locks = await advisory_locks(place)
    history = await place.history()
    await place.apply(plan)

    assert (backends, locks, history) == (0, 0, [("forward", 0, "stopped")])
    assert await invalid_indexes(place) == 0
    assert await place.boundary() == plan.fingerprints[-1]


async def _is_invalid(place: Place) -> bool:
    return await invalid_indexes(place) == 1


async def test_a_session_that_is_ended_in_the_middle_is_no_loss(
    place_with: PlaceWith, plan_of: PlanOf
) -> None:
    place = await place_with(OLD + ROWS)
    plan = await plan_of(place, INDEXED)

    async with await another(place) as holder, holder.transaction():
        await holder.script("UPDATE t SET a = 0 WHERE id = 1")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_end_the_builder, place)
            with pytest.raises(StoppedError, match="ended the session in segment 1"):
                await place.apply(plan)
    await place.apply(plan)

    assert await invalid_indexes(place) == 0
    assert await place.boundary() == plan.fingerprints[-1]


async def _end_the_builder(place: Place) -> None:
    await until(lambda: waits(place, "CREATE INDEX CONCURRENTLY"))
    await place.owner.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
        "AND datname = current_database() AND query LIKE '%CREATE INDEX CONCURRENTLY%'"
    )


async def test_who_is_in_the_way_is_told_before_anything_is_done(
    place_with: PlaceWith, plan_of: PlanOf
) -> None:
    place = await place_with(OLD)
    plan = await plan_of(place, WIDER)

    async with await another(place) as holder, holder.transaction():
        await holder.rows("SELECT 'secret', 4711 FROM t")
        seen = await place.preview(plan)

    [blocker] = [each for each in seen.blockers if each.pid == holder.pid]
    assert blocker.why == "holds AccessShareLock on public.t"
    assert blocker.query == "SELECT ?, ? FROM t"


async def test_a_journal_with_other_statements_is_refused(
    place_with: PlaceWith, plan_of: PlanOf
) -> None:
    place = await place_with(OLD)
    plan = await plan_of(place, WIDER)
    await place.apply(plan)
    await place.owner.script("UPDATE senior_backend.migration_history SET checksum = 'other'")

    with pytest.raises(RefusedError, match="changed by hand"):
        await place.apply(plan)


async def test_an_unfinished_plan_of_somebody_else_is_not_taken_for_this_one(
    place_with: PlaceWith, plan_of: PlanOf
) -> None:
    place = await place_with(OLD)
    plan = await plan_of(place, WIDER)
    await place.apply(plan)

    with pytest.raises(RefusedError, match="the one at the plan's end: it drifted"):
        await place.apply(replace(plan, database=""))


async def test_a_canceled_detachment_is_completed_by_the_next_call(
    place_with: PlaceWith, plan_of: PlanOf
) -> None:
    attach = "ALTER TABLE public.w ATTACH PARTITION public.p FOR VALUES FROM (0) TO (10)"
    detach = "ALTER TABLE public.w DETACH PARTITION public.p CONCURRENTLY"
    tidy = "ALTER TABLE public.p DROP CONSTRAINT p_id_check"
    place = await place_with(f"{PARTITIONED}; {attach}")
    plan = await by_hand(place, await plan_of(place, PARTITIONED), (detach, tidy, attach))

    async with await another(place) as holder, holder.transaction():
        await holder.rows("SELECT FROM w")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(place.apply, plan)
            await until(lambda: waits(place, "DETACH PARTITION"))
            tasks.cancel_scope.cancel()
    known = await place.history()
    with pytest.raises(RefusedError, match=r"left public.p half detached.*dry_run=false"):
        await place.preview(plan)
    await place.apply(plan)

    assert known == [("forward", 0, "stopped")]
    assert await place.boundary() == plan.fingerprints[-1]
    assert await place.owner.value("SELECT count(*) FROM pg_inherits") == 0


async def by_hand(place: Place, plan: Plan, statements: tuple[str, str, str]) -> Plan:
    """Return a plan of one statement outside, one in a transaction, and one that leads back."""
    outside, inside, back = (replace(plan.forward[0].steps[0], sql=sql) for sql in statements)
    found = [await place.boundary()]
    for step in (outside, inside):
        await place.owner.script(step.sql)
        found.append(await place.boundary())
    await place.owner.script(back.sql)
    inner = {"mode": Mode.TRANSACTIONAL, "hazards": ()}
    return replace(
        plan,
        forward=(
            Segment((replace(outside, mode=Mode.OUTSIDE, hazards=()),)),
            Segment((replace(inside, **inner),)),
        ),
        back=(Segment((replace(back, **inner),)),),
        fingerprints=tuple(found),
    )
