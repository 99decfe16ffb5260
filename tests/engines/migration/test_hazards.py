"""What a plan warns of before anybody runs it."""

import pytest

from server.engines.migration.hazard import Hazard, HazardKind
from server.engines.migration.step import Step
from server.engines.postgres.shadow import Shadow
from tests.engines.migration.test_planner import planned

pytestmark = pytest.mark.anyio

_COMPUTING = """
CREATE FUNCTION "f f"(int) RETURNS int LANGUAGE sql IMMUTABLE RETURN $1 + 1;
CREATE FUNCTION via(int) RETURNS int LANGUAGE sql IMMUTABLE RETURN "f f"($1);
CREATE DOMAIN positive AS int CONSTRAINT small CHECK ("f f"(VALUE) < 9);
CREATE TABLE t (
  a int CONSTRAINT "c c" CHECK ("f f"(a) > 0),
  stored int GENERATED ALWAYS AS ("f f"(a)) STORED,
  virtual int DEFAULT "f f"(1)
);
CREATE INDEX "i i" ON t ("f f"(a));
CREATE INDEX indirect ON t (via(a));
CREATE TABLE p (a int) PARTITION BY RANGE ("f f"(a));
CREATE VIEW v AS SELECT "f f"(a) AS b FROM t;
"""


def _of_kind(plan: tuple[Step, ...], kind: HazardKind) -> list[Hazard]:
    return [hazard for step in plan for hazard in step.hazards if hazard.kind is kind]


async def test_results_that_a_new_body_leaves_stale_are_named(shadow: Shadow) -> None:
    plan = await planned(shadow, _COMPUTING, _COMPUTING.replace("$1 + 1", "$1 + 2"))

    stale = _of_kind(plan, HazardKind.STALE)
    assert {str(each.subject) for each in stale} == {
        'index:public."i i"',
        "index:public.indirect",
        'constraint:public.t."c c"',
        "column:public.t.stored",
        "domain_constraint:public.positive.small",
        "table:public.p",
    }
    assert any('REINDEX INDEX CONCURRENTLY "public"."i i"' in each.message for each in stale)


async def test_a_function_that_gives_the_same_leaves_nothing_stale(shadow: Shadow) -> None:
    plan = await planned(shadow, _COMPUTING, _COMPUTING.replace("IMMUTABLE", "IMMUTABLE COST 7"))

    assert plan
    assert _of_kind(plan, HazardKind.STALE) == []


async def test_writes_that_fail_while_a_narrower_column_is_kept_equal_are_announced(
    shadow: Shadow,
) -> None:
    plan = await planned(shadow, "CREATE TABLE t (n bigint)", "CREATE TABLE t (n int)")

    broken = [step for step in plan if _of_kind((step,), HazardKind.BREAKS_CLIENTS)]
    assert [step.sql.partition(" TRIGGER")[0] for step in broken] == ["CREATE"]


@pytest.mark.parametrize(("columns", "expected"), [("n int, m int", 1), ("m int, n int", 0)])
async def test_a_column_that_ends_up_last_is_announced(
    shadow: Shadow, columns: str, expected: int
) -> None:
    old = f"CREATE TABLE t ({columns})"

    plan = await planned(shadow, old, old.replace("n int", "n bigint"))

    assert len(_of_kind(plan, HazardKind.BREAKS_CLIENTS)) == expected


_STORED = "a int, b int GENERATED ALWAYS AS (a + 1) STORED"


@pytest.mark.parametrize(
    ("old", "new", "is_virtual_offered"),
    [
        ("CREATE TABLE t (a int)", f"CREATE TABLE t ({_STORED})", True),
        (f"CREATE TABLE t ({_STORED})", f"CREATE TABLE t ({_STORED})".replace("+ 1", "+ 2"), True),
        (
            "CREATE TABLE t (a int)",
            f"CREATE TABLE t ({_STORED}); CREATE INDEX ON t (b)",
            False,
        ),
    ],
    ids=["added", "changed", "indexed"],
)
async def test_a_stored_column_says_why_it_takes_a_rewrite_and_what_does_not(
    shadow: Shadow, old: str, new: str, *, is_virtual_offered: bool
) -> None:
    plan = await planned(shadow, old, new)

    rewrites = _of_kind(plan, HazardKind.REWRITE)
    assert len(rewrites) == 1
    assert "trigger" in rewrites[0].message
    assert ("VIRTUAL" in rewrites[0].message) is is_virtual_offered
