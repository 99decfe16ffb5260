"""Enums that lose or move labels: a new type beside the old one, then in its place."""

import pytest

from server.engines.migration.step import Verb
from server.engines.postgres.shadow import Shadow
from tests.engines.migration.proving import proven, read_or_written_under_a_lock
from tests.engines.migration.test_planner import planned

pytestmark = pytest.mark.anyio

_OLD = """
CREATE TYPE "M""d" AS ENUM ('a', 'it''s', 'c');
COMMENT ON TYPE "M""d" IS 'stays';
CREATE TABLE t (id int PRIMARY KEY, m "M""d" NOT NULL DEFAULT 'a', ms "M""d"[]);
CREATE INDEX i ON t (m, id);
CREATE VIEW v AS SELECT m FROM t;
CREATE FUNCTION f("M""d") RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE TABLE u (m "M""d" UNIQUE);
"""


async def test_labels_change_their_order_while_programs_read_and_write(shadow: Shadow) -> None:
    found = await proven(shadow, _OLD, _OLD.replace("'a', 'it''s', 'c'", "'c', 'a', 'it''s'"))

    assert [*read_or_written_under_a_lock(found)] == []
    assert {step.phase for step in found.draft.steps} == {1, 2}
    assert found.proof.seeding.rows
    assert not found.proof.setbacks


async def test_a_column_that_cannot_have_a_double_leaves_the_enum_in_place(shadow: Shadow) -> None:
    checked = _OLD + "ALTER TABLE u ADD CHECK (m <> 'c');"

    plan = await planned(shadow, checked, checked.replace("'a', 'it''s', 'c'", "'c', 'a', 'it''s'"))

    assert Verb.PREPARE not in {step.verb for step in plan}
