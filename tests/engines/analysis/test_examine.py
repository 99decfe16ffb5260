"""Every check says whether it ran, over how many objects, and what it found."""

import pytest

from server.engines.analysis.examine import examine
from server.engines.analysis.finding import Evidence, Finding, Severity
from server.engines.analysis.outcome import Outcome, Status
from server.engines.analysis.registry import checks
from server.engines.analysis.scope import Scope
from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.read import read_catalog
from server.errors import InvalidInputError
from tests.engines.analysis.patient import Patient

_EMPTY = Scope(Catalog(18, {}))


def test_without_a_wish_every_check_has_an_outcome() -> None:
    assert [each.check for each in examine(_EMPTY)] == [check.id for check in checks()]


def test_a_check_without_anything_to_examine_says_so() -> None:
    (outcome,) = examine(_EMPTY, ["missing-primary-key"])

    assert outcome == Outcome("missing-primary-key", Status.NOT_APPLICABLE, "tables")


def test_a_check_that_needs_to_know_the_exposed_schemas_is_skipped_without_them() -> None:
    (outcome,) = examine(_EMPTY, ["row-security-disabled-in-exposed-schema"])

    assert (outcome.status, outcome.reason) == (Status.SKIPPED, "no exposed schema given")


def test_a_check_that_is_off_by_default_runs_when_asked_for() -> None:
    by_default = {each.check: each.status for each in examine(_EMPTY)}
    (asked_for,) = examine(_EMPTY, ["length-limited-varchar"])

    assert by_default["length-limited-varchar"] is Status.SKIPPED
    assert asked_for.status is Status.NOT_APPLICABLE


def test_an_unknown_check_is_refused_with_those_that_exist() -> None:
    with pytest.raises(InvalidInputError) as caught:
        examine(_EMPTY, ["no-such-check"])

    assert "'no-such-check'" in str(caught.value)
    assert "unindexed-foreign-key" in (caught.value.next_step or "")


@pytest.mark.anyio
async def test_an_outcome_counts_what_it_examined_and_lists_the_gravest_first(
    patient: Patient,
) -> None:
    await patient.admit(
        "CREATE TABLE a (x int); CREATE TABLE b (y int NOT NULL UNIQUE); CREATE TABLE c (z int);"
    )
    scope = Scope(await read_catalog(patient.session))

    (outcome,) = examine(scope, ["missing-primary-key"])

    assert (outcome.status, outcome.examined) == (Status.RAN, 3)
    assert [each.subject.name for each in outcome.findings] == ["a", "c", "b"]


def test_a_finding_has_the_same_key_whatever_its_words_are() -> None:
    table = Identity("table", ("public", 'odd "name"'))
    one = Finding("missing-primary-key", Severity.WARNING, table, "has none.")
    other = Finding("missing-primary-key", Severity.INFO, table, "lacks one.", fix="SELECT 1;")

    assert one.key == other.key == 'missing-primary-key:table:public."odd ""name"""'
    assert one.evidence is Evidence.CATALOG


def test_severities_are_ranked_from_the_gravest() -> None:
    assert sorted(Severity, key=lambda each: each.rank) == [
        Severity.ERROR,
        Severity.WARNING,
        Severity.INFO,
    ]
