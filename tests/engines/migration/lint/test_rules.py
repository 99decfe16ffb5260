"""Every rule does on a real server what its documentation says, and so does every safe form."""

import pytest

from server.engines.migration.lint.registry import rules
from server.engines.migration.lint.rule import Rule
from tests.engines.migration.lint.trial import Trial

pytestmark = pytest.mark.anyio

# PostgreSQL has no other form, or only a person knows what is wanted.
_WITHOUT_SAFE_FORM = frozenset(
    (
        "blocking-exclusion-constraint",
        "cascading-drop",
        "disabled-row-security",
        "disabled-trigger",
        "dropped-column",
        "dropped-extension",
        "dropped-not-null",
        "dropped-policy",
        "dropped-routine",
        "dropped-schema",
        "dropped-sequence",
        "dropped-table",
        "dropped-type",
        "dropped-view",
        "incompatible-column-type",
        "lossy-column-type",
        "nested-transaction",
        "new-trigger",
        "removed-constraint",
        "renamed-column",
        "renamed-object",
        "required-column-losing-default",
        "restarted-sequence",
        "rewriting-cluster",
        "rewriting-domain-column",
        "rewriting-generated-column",
        "rewriting-persistence",
        "rows-changed-with-schema",
        "scan-under-earlier-lock",
        "several-tables-locked",
        "truncated-name",
        "truncated-table",
        "unfiltered-delete",
    )
)

every_rule = pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)


@every_rule
def test_the_documentation_says_what_is_wrong_why_and_shows_both_sides(rule: Rule) -> None:
    headings = [line for line in rule.documentation.splitlines() if line.startswith("## ")]

    assert headings == ["## Why it matters", "## Flagged", "## Accepted"]
    assert rule.summary.endswith(".")
    assert rule.flagged.migration
    assert rule.accepted.migration


@every_rule
async def test_the_flagged_migration_is_flagged_once(trial: Trial, rule: Rule) -> None:
    verdict = await trial.judge_with_rows(rule.flagged.schema, rule.flagged.migration)

    (found,) = verdict.of(rule.id)
    assert found.severity is rule.definition.severity


@every_rule
async def test_the_accepted_migration_runs_and_passes(trial: Trial, rule: Rule) -> None:
    verdict = await trial.judge(rule.accepted.schema, rule.accepted.migration)

    assert verdict.course.failure is None
    assert verdict.of(rule.id) == ()


@pytest.mark.corpus
@every_rule
async def test_the_safe_form_runs_and_passes(trial: Trial, rule: Rule) -> None:
    flagged = await trial.judge(rule.flagged.schema, rule.flagged.migration)
    (found,) = flagged.of(rule.id)

    verdict = await trial.judge(rule.flagged.schema, found.safe_form)

    assert bool(found.safe_form) is (rule.id not in _WITHOUT_SAFE_FORM)
    assert verdict.course.failure is None
    assert verdict.of(rule.id) == ()


def test_no_rule_is_listed_that_is_not_there() -> None:
    assert {rule.id for rule in rules()} >= _WITHOUT_SAFE_FORM
