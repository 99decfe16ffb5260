"""What only looks dangerous is spared, and what only looks harmless is found."""

import pytest

from server.engines.analysis.finding import Severity
from tests.engines.migration.lint.trial import Trial, Verdict

pytestmark = pytest.mark.anyio

_BOUND = "SET lock_timeout = '2s'; SET statement_timeout = '30s';"
_ORDERS = "CREATE TABLE orders (id bigint PRIMARY KEY, note varchar(50), total numeric(10,2));"

_ALL_NEW = """
CREATE TABLE a (id bigint PRIMARY KEY, b text NOT NULL UNIQUE CHECK (b <> ''));
CREATE INDEX ON a (b);
ALTER TABLE a ADD COLUMN c bigserial;
ALTER TABLE a DROP COLUMN b;
UPDATE a SET c = 1;
TRUNCATE a;
ALTER TABLE a RENAME TO b;
DROP TABLE b;
"""
_USED = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
CREATE TABLE lines (id bigint PRIMARY KEY, order_id bigint REFERENCES orders);
CREATE VIEW notes AS SELECT note FROM orders;
"""


def _rules(verdict: Verdict) -> list[str]:
    assert verdict.course.failure is None
    return [each.rule for each in verdict.found]


@pytest.mark.parametrize(
    "migration",
    [
        "ALTER TABLE orders ALTER COLUMN note TYPE varchar(100);",
        "ALTER TABLE orders ALTER COLUMN total TYPE numeric(12,2);",
        "ALTER TABLE orders ADD COLUMN at timestamptz NOT NULL DEFAULT now();",
        "CREATE VIEW notes AS SELECT note FROM orders;",
        "RESET ALL; CREATE INDEX CONCURRENTLY ON orders (note);",
        "COMMENT ON TABLE orders IS 'placed';",
        _ALL_NEW,
    ],
)
async def test_what_disturbs_nobody_is_not_flagged(trial: Trial, migration: str) -> None:
    assert _rules(await trial.judge(_ORDERS, _BOUND + migration)) == []


async def test_a_check_from_an_earlier_migration_spares_set_not_null_its_finding(
    trial: Trial,
) -> None:
    schema = f"{_ORDERS} ALTER TABLE orders ADD CHECK (total IS NOT NULL);"

    verdict = await trial.judge(schema, f"{_BOUND} ALTER TABLE orders ALTER total SET NOT NULL;")

    assert _rules(verdict) == []


async def test_a_table_of_another_schema_is_found_by_the_search_path(trial: Trial) -> None:
    schema = "CREATE SCHEMA shop; CREATE TABLE shop.orders (id bigint, note text);"

    verdict = await trial.judge(schema, "SET search_path = shop; CREATE INDEX i ON orders (note);")

    [found] = verdict.of("blocking-index-build")
    assert str(found.subject) == "index:shop.i"


async def test_odd_names_are_quoted_in_the_safe_form(trial: Trial) -> None:
    schema = 'CREATE TABLE "odd ""table" (id bigint, "a b" int);'
    flagged = await trial.judge(schema, 'ALTER TABLE "odd ""table" ALTER "a b" SET NOT NULL;')
    [found] = flagged.of("blocking-not-null")

    verdict = await trial.judge(schema, f"{_BOUND} {found.safe_form}")

    assert _rules(verdict) == []


async def test_an_invalid_index_that_a_build_passes_over_is_an_error(trial: Trial) -> None:
    schema = "CREATE TABLE orders (id bigint, note text); INSERT INTO orders VALUES (1), (1);"
    await trial.judge(schema, "CREATE UNIQUE INDEX CONCURRENTLY i ON orders (id);")

    verdict = await trial.judge_here(
        "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON orders (id);"
    )

    [found] = verdict.of("concurrent-build-skipping-existing")
    assert found.severity is Severity.ERROR


async def test_cascade_names_what_goes_along_and_not_its_parts(trial: Trial) -> None:
    verdict = await trial.judge(_USED, "DROP TABLE orders CASCADE;")

    [found] = verdict.of("cascading-drop")
    assert "constraint `public.lines.lines_order_id_fkey` and view `public.notes`" in found.message


async def test_the_lint_goes_on_where_the_migration_fails(trial: Trial) -> None:
    verdict = await trial.judge(_ORDERS, "SELECT 1/0; DROP TABLE orders;")

    assert verdict.course.failure is not None
    assert [each.subject.name for each in verdict.of("dropped-table")] == ["orders"]


async def test_a_wrapped_file_with_a_concurrent_build_is_told_why_it_fails(trial: Trial) -> None:
    verdict = await trial.judge(
        _ORDERS, "CREATE INDEX CONCURRENTLY i ON orders (note);", is_wrapped=True
    )

    assert verdict.course.failure is not None
    assert len(verdict.of("concurrently-in-transaction")) == 1


async def test_local_timeouts_end_with_their_transaction(trial: Trial) -> None:
    first = "BEGIN; SET LOCAL lock_timeout = '2s'; ALTER TABLE orders ADD a int; COMMIT;"

    verdict = await trial.judge(_ORDERS, f"{first} ALTER TABLE orders ADD b int;")

    assert [each.step for each in verdict.of("missing-lock-timeout")] == [2]


_LONG = f"ALTER TABLE orders ADD COLUMN note2 text DEFAULT '{'x' * 5000}';"


@pytest.mark.parametrize("rule", ["missing-lock-timeout", "missing-statement-timeout"])
@pytest.mark.parametrize(
    ("migration", "expected", "place"),
    [
        (f"{_LONG} ALTER TABLE orders ADD COLUMN b int;", "SET ", "head of the file"),
        (f"BEGIN; {_LONG} ALTER TABLE orders ADD b int; COMMIT;", "SET LOCAL ", "the transaction"),
    ],
)
async def test_a_missing_limit_is_one_line_for_all_statements_that_need_it(
    trial: Trial, rule: str, migration: str, expected: str, place: str
) -> None:
    verdict = await trial.judge(_ORDERS, migration)

    [found] = verdict.of(rule)
    assert found.safe_form.startswith(
        f"{expected}{rule.removeprefix('missing-').replace('-', '_')}"
    )
    assert len(found.safe_form.splitlines()[0]) == len(found.safe_form) < 60
    assert place in found.advice
    assert "it and 1 more" in found.advice


async def test_the_line_of_a_missing_limit_bounds_every_statement_after_it(trial: Trial) -> None:
    first = f"{_LONG} ALTER TABLE orders ADD COLUMN b int;"
    lines = [
        each.safe_form
        for each in (await trial.judge(_ORDERS, first)).found
        if each.rule in {"missing-lock-timeout", "missing-statement-timeout"}
    ]

    mended = await trial.judge(_ORDERS, "\n".join([*lines, first]))

    assert len(lines) == 2
    assert mended.of("missing-lock-timeout") == mended.of("missing-statement-timeout") == ()


async def test_a_required_column_gets_a_safe_form_although_it_fails_on_the_clone(
    trial: Trial,
) -> None:
    await trial.judge(_ORDERS, "INSERT INTO orders VALUES (1, 'x', 2);")

    verdict = await trial.judge_here("ALTER TABLE orders ADD COLUMN currency text NOT NULL;")

    assert verdict.course.failure is not None
    [found] = verdict.of("required-column-without-default")
    assert found.safe_form == 'ALTER TABLE "public"."orders" ADD COLUMN "currency" text;'
