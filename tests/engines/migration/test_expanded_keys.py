"""Columns that foreign keys join get another type together, beside running programs."""

import pytest

from server.engines.migration.hazard import HazardKind
from server.engines.migration.step import Verb
from server.engines.postgres.session import Session
from server.engines.postgres.shadow import Shadow
from tests.engines.migration.proving import proven, read_or_written_under_a_lock
from tests.engines.migration.test_planner import planned

pytestmark = pytest.mark.anyio

_OLD = """
CREATE TABLE "t""t" (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n text);
CREATE TABLE r (id serial PRIMARY KEY, up int REFERENCES r ON DELETE SET NULL,
  t_id int NOT NULL CONSTRAINT "f;f" REFERENCES "t""t" ON DELETE CASCADE DEFERRABLE);
CREATE INDEX ri ON r (t_id);
COMMENT ON CONSTRAINT "f;f" ON r IS 'it''s';
CREATE VIEW v AS SELECT r.t_id, t.n FROM r JOIN "t""t" t ON t.id = r.t_id;
"""
_NEW = _OLD.replace("int ", "bigint ").replace("serial", "bigserial")
_CROSSED = "CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE r (t_id int REFERENCES t (id));"


async def test_keys_and_all_that_point_at_them_change_without_a_long_lock(shadow: Shadow) -> None:
    found = await proven(shadow, _OLD, _NEW)

    assert [*read_or_written_under_a_lock(found)] == []
    assert {step.phase for step in found.draft.steps} == {1, 2}
    assert {"public.r", 'public.t"t'} <= set(found.proof.seeding.rows)
    assert not found.proof.setbacks


async def _filled(session: Session) -> None:
    await session.script(_OLD)
    await session.script("""INSERT INTO "t""t" (n) VALUES ('a'), ('b'), ('c')""")
    await session.script(
        """DELETE FROM "t""t" WHERE id = 3; INSERT INTO r (t_id) VALUES (1), (2)"""
    )


async def test_programs_write_in_the_middle_and_numbers_are_given_only_once(shadow: Shadow) -> None:
    plan = await planned(shadow, _OLD, _NEW)

    async with (
        shadow.cluster() as cluster,
        cluster.database() as database,
        await database.connect(settings={"search_path": "public"}) as session,
    ):
        await _filled(session)
        for step in (each for each in plan if each.phase == 1):
            await session.script(step.sql)
        await session.script(
            """INSERT INTO "t""t" (n) VALUES ('d'); INSERT INTO r (t_id) VALUES (4)"""
        )
        await session.script("""DELETE FROM "t""t" WHERE id = 1""")
        async with session.transaction():
            for step in (each for each in plan if each.phase == 2):
                await session.script(step.sql)
        await session.script(
            """INSERT INTO "t""t" (n) VALUES ('e'); INSERT INTO r (t_id) VALUES (5)"""
        )

        rows = await session.rows("SELECT id, t_id FROM r ORDER BY id")
        assert [(row["id"], row["t_id"]) for row in rows] == [(2, 2), (3, 4), (4, 5)]


@pytest.mark.parametrize(
    "new",
    [
        _CROSSED.replace("id int PRIMARY", "id bigint PRIMARY"),
        _CROSSED.replace("t_id int", "t_id bigint"),
    ],
    ids=["the key alone", "what points at it alone"],
)
async def test_one_end_of_a_foreign_key_changes_alone(shadow: Shadow, new: str) -> None:
    found = await proven(shadow, _CROSSED, new)

    assert [*read_or_written_under_a_lock(found)] == []


async def test_what_keeps_a_column_in_place_is_said(shadow: Shadow) -> None:
    old = _CROSSED.replace("PRIMARY KEY", "PRIMARY KEY, n int GENERATED ALWAYS AS (id * 2) STORED")

    plan = await planned(shadow, old, old.replace("id int", "id bigint"))

    said = {
        each.subject.names[1:]
        for step in plan
        for each in step.hazards
        if each.kind is HazardKind.REWRITE and "because column:public.t.n" in each.message
    }
    assert Verb.PREPARE not in {step.verb for step in plan}
    assert said == {("r", "t_id"), ("t", "id")}
