"""Each statement of somebody else's migration says what it discards, however it does that."""

import pytest

from server.engines.migration.foreign_reading import read_foreign
from server.engines.migration.generate import Request
from server.engines.migration.hazard import HazardKind
from server.engines.migration.judge import Judged, judge
from server.engines.migration.planner import PlanOptions
from server.engines.migration.rendering import Heading
from server.engines.postgres.shadow import Shadow
from server.engines.sql.formats.model import Place
from server.engines.sql.formats.registry import format_of
from tests.engines.migration.proof.hand_written import held

pytestmark = pytest.mark.anyio

_SCHEMA = """
CREATE TABLE "of rows" (id bigint PRIMARY KEY, note text);
CREATE TABLE a (id bigint PRIMARY KEY, note text);
CREATE TABLE b (id bigint PRIMARY KEY, note text);
CREATE TABLE c (id bigint PRIMARY KEY, note text, total numeric(10,4), short varchar(20));
CREATE TABLE d (id bigint PRIMARY KEY, b_id bigint REFERENCES b ON DELETE CASCADE);
CREATE TABLE e (id bigint PRIMARY KEY, note text, twice bigint GENERATED ALWAYS AS (id * 2) STORED);
CREATE TABLE f (id bigint PRIMARY KEY, note text);
CREATE SEQUENCE counter;
"""


async def _judged(shadow: Shadow, migration: str, *allowed: str) -> Judged:
    format_ = format_of("plain")
    request = Request(
        options=PlanOptions(),
        allowed=frozenset(allowed),
        format=format_,
        renames=(),
        heading=lambda _: Heading("m", Place("1"), (), ()),
    )
    file = read_foreign(migration.encode(), "m.sql", format_)
    async with shadow.cluster() as cluster, held(cluster, _SCHEMA) as old:
        return await judge(old, file, request, lambda _: None)


def _told(found: Judged) -> dict[int, list[str]]:
    """Return what is lost or added, by the numbers of the statements."""
    steps = [step for segment in found.file.segments for step in segment.steps]
    kinds = {HazardKind.DATA_LOSS: "-", HazardKind.ROWS_ADDED: "+"}
    return {
        number: told
        for number, step in enumerate(steps, start=1)
        if (
            told := [
                f"{kinds[each.kind]} {each.subject.qualified_name}"
                for each in step.hazards
                if each.kind in kinds
            ]
        )
    }


async def test_each_statement_says_what_it_discards(shadow: Shadow) -> None:
    found = await _judged(
        shadow,
        """DROP TABLE "of rows";
        ALTER TABLE a DROP COLUMN note;
        DELETE FROM b WHERE note = 'none has this';
        UPDATE c SET note = 'x' WHERE id < -1000;
        ALTER TABLE c ALTER COLUMN total TYPE numeric(10,2);
        ALTER TABLE c ALTER COLUMN short TYPE varchar(3) USING short::varchar(3);
        ALTER TABLE e DROP COLUMN twice;
        INSERT INTO f VALUES (-12345, 'x') ON CONFLICT (id) DO UPDATE SET note = 'y';
        ALTER SEQUENCE counter RESTART;""",
    )

    assert _told(found) == {
        1: ['- public."of rows"'],
        2: ["- public.a.note"],
        3: ["- public.b"],
        4: ["- public.c.note"],
        5: ["- public.c.total"],
        6: ["- public.c.short"],
        8: ["+ public.f", "- public.f.note"],
        9: ["- public.counter"],
    }
    assert found.proof is not None
    assert found.proof.is_proven


async def test_what_no_statement_names_is_told_of_the_one_that_did_it(shadow: Shadow) -> None:
    found = await _judged(
        shadow,
        """DO $$ BEGIN EXECUTE 'DROP TABLE a'; END $$;
        CREATE FUNCTION gone() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN DELETE FROM f; RETURN NEW; END $$;
        CREATE TRIGGER t AFTER UPDATE ON c FOR EACH STATEMENT EXECUTE FUNCTION gone();
        UPDATE c SET note = note;
        DELETE FROM b;
        CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN TRUNCATE e; COMMIT; END $$;
        CALL p();
        WITH new AS (INSERT INTO "of rows" VALUES (-12345) RETURNING id) SELECT id FROM new;""",
    )

    told = _told(found)
    assert told[1] == ["- public.a"]
    assert told[4] == ["- public.c.note", "- public.f"]
    assert told[5] == ["- public.b", "- public.d"]
    assert "- public.e" in told[7]
    assert told[8] == ['+ public."of rows"']
    assert found.proof is not None
    assert found.proof.is_proven


async def test_what_is_renamed_keeps_its_rows_and_is_renamed_in_our_own_plan(
    shadow: Shadow,
) -> None:
    found = await _judged(
        shadow,
        """ALTER TABLE a RENAME COLUMN note TO remark;
        ALTER TABLE a RENAME TO notes;
        ALTER TABLE c ADD COLUMN copy text;
        UPDATE c SET copy = note;""",
    )

    assert _told(found) == {}
    assert found.forbidden == ()
    assert found.proof is not None
    assert found.proof.is_proven
    assert {step.verb for segment in found.back for step in segment.steps} == {"rename", "drop"}


async def test_what_a_table_holds_under_a_name_that_passed_to_another_is_not_claimed(
    shadow: Shadow,
) -> None:
    found = await _judged(
        shadow,
        "ALTER TABLE a RENAME TO old_a; CREATE TABLE a (id bigint PRIMARY KEY, note text);",
    )

    assert found.proof is not None
    assert not found.proof.is_proven


async def test_a_loss_that_is_allowed_is_told_and_not_forbidden(shadow: Shadow) -> None:
    found = await _judged(shadow, "DROP TABLE f; DROP TABLE a;", "public.f")

    assert _told(found) == {1: ["- public.f"], 2: ["- public.a"]}
    assert [each.qualified_name for each in found.forbidden] == ["public.a"]


async def test_a_table_that_a_crash_would_empty_has_to_be_allowed_by_name(shadow: Shadow) -> None:
    found = await _judged(shadow, "ALTER TABLE a SET UNLOGGED;")

    assert [each.qualified_name for each in found.forbidden] == ["public.a"]
    assert found.proof is not None
    assert found.proof.is_proven
