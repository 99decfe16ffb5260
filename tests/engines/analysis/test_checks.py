"""Every check does on a real server what its documentation says, and so does every fix."""

import pytest

from server.engines.analysis.check import Check
from server.engines.analysis.registry import checks
from tests.engines.analysis.patient import Patient

pytestmark = pytest.mark.anyio

every_check = pytest.mark.parametrize("check", checks(), ids=lambda check: check.id)


@every_check
def test_the_documentation_says_what_is_wrong_why_and_shows_both_sides(check: Check) -> None:
    headings = [line for line in check.documentation.splitlines() if line.startswith("## ")]

    assert headings == ["## Why it matters", "## Flagged", "## Accepted"]
    assert check.summary.endswith(".")
    assert check.flagged
    assert check.accepted


@every_check
async def test_the_accepted_example_passes(patient: Patient, check: Check) -> None:
    assert await patient.flagged(check.accepted, check.id) == []


@every_check
async def test_the_flagged_example_is_flagged(patient: Patient, check: Check) -> None:
    assert await patient.flagged(check.flagged, check.id)


@every_check
async def test_each_fix_runs_and_what_it_fixes_is_gone(patient: Patient, check: Check) -> None:
    await patient.admit(check.flagged)
    fixable = [each for each in await patient.findings(check.id) if each.fix]

    await patient.take("\n".join(each.fix for each in fixable))

    left = {each.key for each in await patient.findings(check.id)}
    assert left.isdisjoint(each.key for each in fixable)


@every_check
async def test_a_fix_brings_nothing_graver_than_it_cures(patient: Patient, check: Check) -> None:
    await patient.admit(check.flagged)
    before = await patient.findings()
    cured = [each for each in before if each.check == check.id]

    await patient.take("\n".join(each.fix for each in cured))

    known = {each.key for each in before}
    new = [each for each in await patient.findings() if each.key not in known]
    graver = min((each.severity.rank for each in cured), default=0)
    assert [each.key for each in new if each.severity.rank < graver] == []
