"""Enums that lose or move labels: a new type beside the old one, then in its place."""

import pytest

from server.engines.migration.step import Verb
from server.engines.postgres.shadow import Shadow
from tests.engines.migration.proving import proven, read_or_written_under_a_lock, together
from tests.engines.migration.test_planner import planned

pytestmark = pytest.mark.anyio

_OLD = """
CREATE TYPE "M""d" AS ENUM ('a', 'it''s', 'c');
COMMENT ON TYPE "M""d" IS 'stays';
CREATE TABLE t (id int PRIMARY KEY, m "M""d" NOT NULL DEFAULT 'a', ms "M""d"[]);
CREATE INDEX i ON t (m, id);
CREATE VIEW v AS SELECT m FROM t;
CREATE FUNCTION f("M""d") RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE TABLE u (m "M""d" UNIQUE, w "M""d", CONSTRAINT c CHECK (m <> 'c'::"M""d" OR m < w));
CREATE INDEX ui ON u (w, m) WHERE m = ANY (ARRAY['a', 'it''s']::"M""d"[]);
CREATE TABLE p (m "M""d" REFERENCES u (m));
"""


async def test_labels_change_their_order_while_programs_read_and_write(shadow: Shadow) -> None:
    found = await proven(shadow, _OLD, _OLD.replace("'a', 'it''s', 'c'", "'c', 'a', 'it''s'"))

    assert [*read_or_written_under_a_lock(found)] == []
    assert {step.phase for step in found.draft.steps} == {1, 2}
    assert found.proof.seeding.rows
    assert not found.proof.setbacks


async def test_a_column_that_cannot_have_a_double_leaves_the_enum_in_place(shadow: Shadow) -> None:
    held = _OLD + "ALTER TABLE u ADD is_a bool GENERATED ALWAYS AS (m = 'a') STORED;"

    plan = await planned(shadow, held, held.replace("'a', 'it''s', 'c'", "'c', 'a', 'it''s'"))

    assert Verb.PREPARE not in {step.verb for step in plan}


_JOBS = """
CREATE TYPE stage AS ENUM ('new', 'run', 'done', 'gone');
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE job (id int PRIMARY KEY, stage stage NOT NULL, place text,
  is_new bool GENERATED ALWAYS AS (stage = 'new') STORED);
CREATE TRIGGER noted AFTER INSERT ON job FOR EACH ROW WHEN (NEW.stage = 'new')
EXECUTE FUNCTION note();
CREATE INDEX waiting ON job (id) WHERE stage = 'new';
CREATE UNIQUE INDEX one_runs ON job (place) WHERE stage = 'run';
"""


async def test_no_row_is_written_while_what_watches_over_rows_makes_way(shadow: Shadow) -> None:
    found = await proven(shadow, _JOBS, _JOBS.replace(", 'gone'", ""))

    exchange = together(found, "ALTER TYPE")
    for name in ("noted", "one_runs"):
        assert len([each for each in exchange if name in each and "DROP" in each]) == 1
        assert len([each for each in exchange if name in each and "CREATE" in each]) == 1
