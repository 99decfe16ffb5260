"""Plans applied to a real database: what it is afterwards, and what the journal says."""

from dataclasses import replace

import pytest

from server.engines.catalog.identity import Identity
from server.engines.migration.apply.course import Direction
from server.engines.migration.apply.stop import StoppedError
from server.engines.migration.plan import Plan, written
from server.engines.migration.renames.rename import Rename
from server.engines.migration.step import Segment
from server.errors import BackendError, NotFoundError, RefusedError
from tests.engines.migration.apply.conftest import Place, PlaceWith, PlanOf

pytestmark = pytest.mark.anyio

OLD = "CREATE TABLE t (id int PRIMARY KEY, a text);"
NEW = """
CREATE TABLE t (id int PRIMARY KEY, a text, b int NOT NULL DEFAULT 7);
CREATE INDEX t_a ON t (a);
CREATE VIEW v AS SELECT id, a FROM t WHERE b > 1;
"""
_OWNER_OF_T = "SELECT relowner::regrole::text FROM pg_class WHERE oid = 't'::regclass"
ROWS = "INSERT INTO t SELECT n, n::text FROM generate_series(1, 1000) n; ANALYZE t;"


async def test_a_plan_is_applied_and_its_rows_survive(
    place_with: PlaceWith, plan_of: PlanOf
) -> None:
    place = await place_with(OLD + ROWS)
    plan = await plan_of(place, NEW)

    done = await place.apply(plan)

    assert done.is_as_promised
    assert await place.boundary() == plan.fingerprints[-1]
    assert await place.owner.value("SELECT count(*) FROM t WHERE b = 7") == 1000
    assert await place.history() == [("forward", n, "done") for n in range(len(plan.forward))]


async def test_a_second_call_has_nothing_left_to_do(place_with: PlaceWith, plan_of: PlanOf) -> None:
    place = await place_with(OLD)
    plan = await plan_of(place, NEW)
    await place.apply(plan)

    done = await place.apply(plan)

    assert (done.first, done.end) == (len(plan.forward), len(plan.forward))


async def test_an_applied_plan_is_undone_and_may_be_applied_again(
    place_with: PlaceWith, plan_of: PlanOf
) -> None:
    place = await place_with(OLD + ROWS)
    plan = await plan_of(place, NEW)
    await place.apply(plan)

    await place.apply(plan, direction=Direction.BACK)
    undone = await place.boundary()
    await place.apply(plan)

    assert undone == plan.fingerprints[0]
    assert await place.boundary() == plan.fingerprints[-1]


async def test_a_plan_that_is_not_applied_is_not_undone(
    place_with: PlaceWith, plan_of: PlanOf
) -> None:
    place = await place_with(OLD)
    plan = await plan_of(place, NEW)

    with pytest.raises(RefusedError, match="nothing to undo"):
        await place.apply(plan, direction=Direction.BACK)


async def test_a_dry_run_changes_nothing_and_estimates_the_work(
    place_with: PlaceWith, plan_of: PlanOf
) -> None:
    place = await place_with(OLD + ROWS)
    plan = await plan_of(place, NEW)

    seen = await place.preview(plan)

    assert seen.is_fit
    assert await place.boundary() == plan.fingerprints[0]
    assert await place.owner.value("SELECT to_regnamespace('senior_backend')") is None
    works = {work.step.sql.split()[1]: work.estimate for work in seen.works}
    assert works["INDEX"].startswith("reads about 1,000 rows")
    assert works["VIEW"] == "instant"


async def test_the_journal_is_no_part_of_the_schema(place_with: PlaceWith, plan_of: PlanOf) -> None:
    place = await place_with(OLD)
    await place.apply(await plan_of(place, NEW))

    back = await plan_of(place, OLD)
    await place.apply(back)

    assert not any("senior_backend" in step.sql for part in back.forward for step in part.steps)
    assert await place.boundary() == back.fingerprints[-1]


async def test_another_schema_than_the_plans_is_refused_and_the_drift_is_named(
    place_with: PlaceWith, plan_of: PlanOf
) -> None:
    place = await place_with(OLD)
    plan = await plan_of(place, NEW)
    await place.preview(plan)
    await place.owner.script("ALTER TABLE t ADD COLUMN stray int")

    with pytest.raises(RefusedError, match=r"none of the plan's.*\n- column:public.t.stray"):
        await place.apply(plan)
    seen = await place.preview(plan)

    assert not seen.is_fit
    assert seen.drift == ("column:public.t.stray is there and should not be",)
    assert await place.history() == []


async def test_each_phase_waits_for_a_call_of_its_own(
    place_with: PlaceWith, plan_of: PlanOf
) -> None:
    place = await place_with(OLD)
    whole = await plan_of(place, NEW)
    plan = await plan_of(place, NEW, tuple(1 + (n > 0) for n in range(len(whole.forward))))

    first = await place.apply(plan)
    between = await place.boundary()
    second = await place.apply(plan)

    assert (first.end, first.next_phase) == (1, 2)
    assert between == plan.fingerprints[1]
    assert (second.first, second.end, second.next_phase) == (1, len(plan.forward), None)


async def test_a_plan_that_is_partly_applied_says_how_to_go_back(
    place_with: PlaceWith, plan_of: PlanOf
) -> None:
    place = await place_with(OLD)
    whole = await plan_of(place, NEW)
    plan = await plan_of(place, NEW, tuple(1 + (n > 0) for n in range(len(whole.forward))))
    await place.apply(plan)

    with pytest.raises(RefusedError, match=r"here 1 of \d segments are.*direction='forward'"):
        await place.apply(plan, direction=Direction.BACK)


async def test_an_unproven_plan_is_never_applied(place_with: PlaceWith, plan_of: PlanOf) -> None:
    place = await place_with(OLD + ROWS)
    plan = await plan_of(place, NEW)
    first, *others = plan.forward
    step = replace(first.steps[0], sql="DELETE FROM public.t")
    emptied = replace(plan, forward=(replace(first, steps=(step, *first.steps)), *others))

    with pytest.raises(RefusedError, match=r"not proven.*rows of public.t do not survive"):
        await place.apply(emptied)

    assert await place.owner.value("SELECT count(*) FROM t") == 1000
    assert await place.boundary() == plan.fingerprints[0]


async def test_a_plan_that_leads_elsewhere_than_it_says_is_not_proven(
    place_with: PlaceWith, plan_of: PlanOf
) -> None:
    place = await place_with(OLD)
    plan = await plan_of(place, NEW)
    last = plan.forward[-1]
    step = replace(last.steps[-1], sql="CREATE TABLE public.stray ()")
    other = replace(plan, forward=(*plan.forward[:-1], replace(last, steps=(*last.steps, step))))

    with pytest.raises(RefusedError, match="another schema than it promises"):
        await place.apply(other)

    assert await place.boundary() == plan.fingerprints[0]


async def test_a_step_that_reaches_the_servers_machine_is_refused(
    place_with: PlaceWith, plan_of: PlanOf
) -> None:
    place = await place_with(OLD)
    plan = await plan_of(place, NEW)
    first, *others = plan.forward
    step = replace(first.steps[0], sql="COPY public.t TO PROGRAM 'true'")
    hostile = replace(plan, forward=(replace(first, steps=(step, *first.steps)), *others))

    with pytest.raises(BackendError):
        await place.apply(hostile)

    assert await place.boundary() == plan.fingerprints[0]


async def test_a_read_only_database_is_refused(place_with: PlaceWith, plan_of: PlanOf) -> None:
    place = await place_with(OLD)
    plan = await plan_of(place, NEW)
    live = replace(place.live, writable=False)
    guarded = replace(place, house=replace(place.house, databases={"main": live}))

    with pytest.raises(RefusedError, match="read-only"):
        await guarded.apply(plan)
    with pytest.raises(RefusedError, match="read-only"):
        await guarded.preview(plan)


async def test_a_plan_for_another_database_is_refused(
    place_with: PlaceWith, plan_of: PlanOf
) -> None:
    place = await place_with(OLD)
    plan = replace(await plan_of(place, NEW), database="other")

    with pytest.raises(RefusedError, match="made for database 'other'"):
        await place.apply(plan)


async def test_a_database_that_nobody_named_is_not_found(
    place_with: PlaceWith, plan_of: PlanOf
) -> None:
    place = await place_with(OLD)
    plan = await plan_of(place, NEW)

    with pytest.raises(NotFoundError, match="Writable databases: main"):
        await place.apply(plan, database="nope")


async def test_a_proof_from_before_is_enough_for_who_made_it(
    place_with: PlaceWith, plan_of: PlanOf
) -> None:
    place = await place_with(OLD)
    plan = await plan_of(place, NEW)
    await place.preview(plan)

    done = await place.apply(plan)

    assert done.verdict.startswith("proven before")


async def test_a_journal_that_somebody_else_owns_is_not_written(
    place_with: PlaceWith, plan_of: PlanOf
) -> None:
    place = await place_with(OLD)
    plan = await plan_of(place, NEW)
    await place.owner.script(
        "CREATE ROLE stranger; CREATE SCHEMA senior_backend AUTHORIZATION stranger"
    )

    try:
        with pytest.raises(RefusedError, match="belongs to the role 'stranger'"):
            await place.apply(plan)
    finally:
        await place.owner.script("DROP SCHEMA senior_backend CASCADE; DROP ROLE stranger")


async def test_nothing_of_a_run_stays_behind(place_with: PlaceWith, plan_of: PlanOf) -> None:
    place = await place_with(OLD)
    await place.apply(await plan_of(place, NEW))

    assert await place.backends() == 0
    assert await place.owner.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == 0


async def test_a_plan_that_renames_is_proven_on_the_rows_that_it_keeps(
    place_with: PlaceWith, plan_of: PlanOf
) -> None:
    place = await place_with(OLD + ROWS)
    silent = await _renaming(place, await plan_of(place, OLD + "CREATE TABLE other ();"))
    plan = replace(silent, renames=(Rename(_identity("t"), _identity("people")),))

    with pytest.raises(RefusedError, match=r"not proven.*rows of public.t do not survive"):
        await place.apply(silent)
    done = await place.apply(plan)

    assert done.is_as_promised
    assert await place.owner.value("SELECT count(*) FROM people") == 1000


async def _renaming(place: Place, plan: Plan) -> Plan:
    """Return a plan that renames the one table, and does not tell that it does."""
    step = replace(plan.forward[0].steps[0], sql="ALTER TABLE public.t RENAME TO people")
    back = replace(step, sql="ALTER TABLE public.people RENAME TO t")
    await place.owner.script(step.sql)
    end = await place.boundary()
    await place.owner.script(back.sql)
    return replace(
        plan,
        forward=(Segment((step,)),),
        back=(Segment((back,)),),
        fingerprints=(plan.fingerprints[0], end),
    )


def _identity(table: str) -> Identity:
    return Identity("table", ("public", table))


async def test_owners_are_a_part_of_what_is_proven(place_with: PlaceWith, plan_of: PlanOf) -> None:
    roles = "CREATE ROLE boss; CREATE ROLE clerk;"
    place = await place_with(f"{roles} {OLD} ALTER TABLE t OWNER TO boss;")
    try:
        plan = await plan_of(place, f"{OLD} ALTER TABLE t OWNER TO clerk;", with_owners=True)
        kept = replace(plan.forward[0].steps[0], sql="ALTER TABLE public.t OWNER TO boss")
        other = replace(plan, forward=(Segment((kept,)),))

        with pytest.raises(RefusedError, match="t belongs to boss and should belong to clerk"):
            await place.apply(other)
        await place.apply(plan)
        done = await place.owner.value(_OWNER_OF_T)
        await place.apply(plan, direction=Direction.BACK)

        assert done == "clerk"
    finally:
        await place.owner.script("DROP TABLE t; DROP ROLE boss; DROP ROLE clerk")


async def test_what_no_plan_holds_is_given_by_the_session(
    place_with: PlaceWith, plan_of: PlanOf
) -> None:
    server = "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;"
    mapping = "CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (password 'sample');"
    place = await place_with(server)
    plan = await plan_of(place, server + mapping)

    with pytest.raises(
        StoppedError, match=r"(?s)fill_in\.s\.public\.password.*Nothing is applied.*ALTER ROLE"
    ):
        await place.apply(plan)
    name = await place.owner.value("SELECT current_database()")
    await place.owner.script(f"ALTER DATABASE {name} SET fill_in.s.public.password = 'real'")
    done = await place.apply(plan)

    assert done.is_as_promised
    assert await place.owner.value("SELECT umoptions FROM pg_user_mapping") == ["password=real"]
    assert b"sample" not in written(plan)
