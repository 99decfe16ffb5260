"""Each check finds what it should and spares what only looks alike."""

import pytest

from server.engines.analysis.registry import checks
from tests.engines.analysis.cases import Case, cases
from tests.engines.analysis.patient import Patient

pytestmark = pytest.mark.anyio

_CASES = tuple(cases())


@pytest.mark.parametrize("case", _CASES, ids=lambda case: f"{case.check}: {case.title}")
async def test_a_check_finds_exactly_what_its_case_names(staffed: Patient, case: Case) -> None:
    assert sorted(await staffed.flagged(case.sql, case.check)) == sorted(case.found)


def test_every_file_of_cases_is_named_for_a_check() -> None:
    assert {case.check for case in _CASES} <= {check.id for check in checks()}
