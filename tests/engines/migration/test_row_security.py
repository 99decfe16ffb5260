"""Row security comes when rows have what policies tell them by, and goes before its policies."""

import pytest

from server.engines.migration.hazard import HazardKind
from server.engines.migration.step import Step
from server.engines.postgres.shadow import Shadow
from tests.engines.migration.proving import proven
from tests.engines.migration.test_planner import planned

pytestmark = pytest.mark.anyio

_OLD = "CREATE TABLE t (id int PRIMARY KEY, owner int);"
_SECURED = (
    _OLD.replace("owner int", "owner int, tenant int NOT NULL")
    + "ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (tenant = 1);"
)


def _place(steps: tuple[Step, ...], fragment: str) -> int:
    return next(number for number, step in enumerate(steps) if fragment in step.sql)


def _broken(steps: tuple[Step, ...]) -> list[str]:
    found = [hazard for step in steps for hazard in step.hazards]
    return [each.message for each in found if each.kind is HazardKind.BREAKS_CLIENTS]


async def test_rows_have_their_tenant_before_a_policy_tells_them_by_it(shadow: Shadow) -> None:
    found = await proven(shadow, _OLD, _SECURED, values=("public.t.tenant = owner",))

    steps = found.draft.steps
    places = [_place(steps, each) for each in ("VALIDATE", "CREATE POLICY", "ENABLE ROW")]
    assert places == sorted(places)
    assert _place(steps, "UPDATE") < places[0]
    assert _broken(steps) == []


async def test_rows_that_a_policy_would_hide_for_want_of_a_value_are_announced(
    shadow: Shadow,
) -> None:
    plan = await planned(shadow, _OLD, _SECURED.replace("tenant int NOT NULL", "tenant int"))

    assert len(_broken(plan)) == 1
    assert "public.t.tenant" in _broken(plan)[0]


async def test_row_security_ends_before_its_last_policy_goes(shadow: Shadow) -> None:
    open_ = _SECURED.partition("ALTER")[0]

    plan = await planned(shadow, _SECURED, open_)

    assert _place(plan, "DISABLE ROW") < _place(plan, "DROP POLICY")


@pytest.mark.parametrize(
    ("policy", "said"),
    [("CREATE POLICY p ON t USING (owner = 1)", "only rows of"), ("", "has no policy")],
)
async def test_who_sees_less_once_row_security_is_enabled_is_said(
    shadow: Shadow, policy: str, said: str
) -> None:
    plan = await planned(shadow, _OLD, f"{_OLD} ALTER TABLE t ENABLE ROW LEVEL SECURITY; {policy}")

    found = [hazard for step in plan for hazard in step.hazards]
    assert [said in each.message for each in found] == [True]
    assert found[0].kind is HazardKind.AUTHORIZATION
