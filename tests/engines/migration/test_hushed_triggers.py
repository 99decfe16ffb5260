"""Triggers that fire for every update let the filling of a new column pass, and nothing else."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from server.engines.migration.hazard import HazardKind
from server.engines.migration.step import Step, Verb
from server.engines.postgres.cluster import Database
from server.engines.postgres.session import Session
from server.engines.postgres.shadow import Shadow
from tests.engines.migration.proving import proven, read_or_written_under_a_lock
from tests.engines.migration.test_planner import planned

pytestmark = pytest.mark.anyio

_OLD = """
CREATE TABLE o (id int PRIMARY KEY, amount int, changed int DEFAULT 0);
CREATE TABLE log (what text);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql
  AS 'BEGIN NEW.changed := NEW.changed + 1; RETURN NEW; END';
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  AS 'BEGIN INSERT INTO public.log VALUES (TG_ARGV[0]); RETURN NULL; END';
CREATE TRIGGER "WHEN (EXECUTE" BEFORE UPDATE ON o FOR EACH ROW
  WHEN (NEW.amount > 0 OR OLD.id = 2) EXECUTE FUNCTION touch(' EXECUTE FUNCTION x');
CREATE TRIGGER noted AFTER INSERT OR UPDATE OR DELETE ON o FOR EACH ROW
  EXECUTE FUNCTION note('row');
CREATE TRIGGER stated AFTER UPDATE ON o REFERENCING NEW TABLE AS n FOR EACH STATEMENT
  EXECUTE FUNCTION note('statement');
CREATE TRIGGER silent AFTER UPDATE ON o FOR EACH ROW EXECUTE FUNCTION note('silent');
ALTER TABLE o DISABLE TRIGGER silent;
COMMENT ON TRIGGER noted ON o IS 'it''s';
"""
_NEW = _OLD.replace("amount int", "amount bigint")
_SEEN = """
SELECT coalesce((SELECT string_agg(what, ' ' ORDER BY what) FROM log), '') || ';'
  || (SELECT string_agg(changed::text, ' ' ORDER BY id) FROM o)
"""
_WRITE = "UPDATE o SET amount = 2 WHERE id = 1"
_PRETENDED = f"SET expansion.is_filling = 'yes'; {_WRITE}"


async def test_a_column_of_a_table_with_such_triggers_changes_without_a_long_lock(
    shadow: Shadow,
) -> None:
    found = await proven(shadow, _OLD, _NEW)

    assert [*read_or_written_under_a_lock(found)] == []
    assert {step.phase for step in found.draft.steps} == {1, 2}
    assert not found.proof.setbacks


@asynccontextmanager
async def _filled(shadow: Shadow) -> AsyncGenerator[tuple[Database, Session], None]:
    async with (
        shadow.private_cluster() as cluster,
        cluster.database() as database,
        await database.connect(settings={"search_path": "public"}) as session,
    ):
        await session.script(_OLD)
        await session.script("INSERT INTO o VALUES (1, 1), (2, NULL), (3, -3); DELETE FROM log")
        yield database, session


async def _run(session: Session, steps: tuple[Step, ...]) -> None:
    for step in steps:
        await session.script(step.sql)


async def test_the_filling_fires_none_and_programs_fire_them_in_every_phase(
    shadow: Shadow,
) -> None:
    plan = await planned(shadow, _OLD, _NEW)
    filling = next(number for number, step in enumerate(plan) if "$backfill$" in step.sql)

    async with _filled(shadow) as (_, session):
        await _run(session, plan[:filling])
        await session.script(_WRITE)
        before = await session.value(_SEEN)
        await _run(session, plan[filling : filling + 1])
        after = await session.value(_SEEN)
        await _run(session, plan[filling + 1 :])
        await session.script(_WRITE)

        assert (before, after) == ("row statement;1 0 0", "row statement;1 0 0")
        assert await session.value(_SEEN) == "row row statement statement;2 0 0"
        assert await session.value("SELECT string_agg(amount::text, ' ') FROM o") == "-3 2"


async def test_nobody_else_can_pretend_to_fill(shadow: Shadow) -> None:
    plan = await planned(shadow, _OLD, _NEW)
    filling = next(number for number, step in enumerate(plan) if "$backfill$" in step.sql)

    async with _filled(shadow) as (_, session):
        await session.script("CREATE ROLE app; GRANT SELECT, UPDATE ON o TO app")
        await session.script("ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC")
        await _run(session, plan[:filling])
        await session.script(f"SET SESSION AUTHORIZATION app; {_PRETENDED}")
        await session.script("RESET SESSION AUTHORIZATION")

        assert await session.value(_SEEN) == "row statement;1 0 0"


_CONSTRAINT = _OLD.replace("CREATE TRIGGER noted", "CREATE CONSTRAINT TRIGGER noted")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (_CONSTRAINT, _CONSTRAINT, "trigger:public.o.noted"),
        (_OLD, _OLD.replace("note('row')", "note('line')"), "trigger:public.o.noted"),
        (_OLD, _OLD.replace("DISABLE TRIGGER", "ENABLE TRIGGER"), "trigger:public.o.silent"),
        (
            _OLD.replace("DISABLE TRIGGER", "ENABLE ALWAYS TRIGGER"),
            _OLD.replace("DISABLE TRIGGER", "ENABLE ALWAYS TRIGGER"),
            "trigger:public.o.silent",
        ),
    ],
    ids=["of a constraint", "with other arguments", "that is switched on", "that always fires"],
)
async def test_a_trigger_that_cannot_let_it_pass_keeps_the_column_in_place_and_is_named(
    shadow: Shadow, old: str, new: str, said: str
) -> None:
    plan = await planned(shadow, old, new.replace("amount int", "amount bigint"))

    assert Verb.PREPARE not in {step.verb for step in plan}
    assert any(
        said in each.message
        for step in plan
        for each in step.hazards
        if each.kind is HazardKind.REWRITE
    )
