"""Routines, operators, text search and their like: created, changed and dropped, both ways."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.read import read_catalog
from server.engines.migration.hazard import HazardKind
from server.engines.migration.planner import counted, steps
from server.engines.migration.step import Step
from server.engines.postgres.cluster import Database
from server.engines.postgres.shadow import Shadow
from tests.engines.migration.stage import Stage, on_stage

pytestmark = pytest.mark.anyio

_FILE = Path(__file__).with_name("code_kinds.yaml")
_FUNCTION = "CREATE FUNCTION app.f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'"
_APP = "CREATE SCHEMA app"
_ELSEWHERE = {"search_path": "nowhere", "check_function_bodies": "off"}


class Case(BaseModel):
    """`there` is on both sides; `forward` and `back` are the verbs of the steps that lead over."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    there: str = ""
    old: str = ""
    new: str = ""
    forward: str
    back: str


_CASES = TypeAdapter(list[Case]).validate_python(
    yaml.load(_FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
)


@pytest.fixture(scope="module")
async def stage(shadow: Shadow) -> AsyncGenerator[Stage, None]:
    async with shadow.private_cluster() as cluster, on_stage(cluster) as stage:
        yield stage


async def _filled(database: Database, sql: str) -> Catalog:
    async with await database.connect(settings={"search_path": "public"}) as session:
        await session.script(f"CREATE SCHEMA app; {sql}")
        return await read_catalog(session)


async def _after(database: Database, plan: tuple[Step, ...]) -> Catalog:
    async with await database.connect(settings=_ELSEWHERE) as session:
        for step in plan:
            await session.script(step.sql)
        return await read_catalog(session)


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.name)
async def test_the_new_schema_is_reached(stage: Stage, case: Case) -> None:
    async with stage.cluster.database() as one:
        old = await _filled(one, f"{case.there};{case.old}")
        new = await stage.catalog(_APP, case.there, case.new)

        plan = steps(old, new)

        assert counted(await _after(one, plan), new) == ()
        assert {step.verb for step in plan} == set(case.forward.split())


@pytest.mark.corpus
@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.name)
async def test_the_old_schema_is_reached_again(stage: Stage, case: Case) -> None:
    async with stage.cluster.database() as other:
        old = await stage.catalog(_APP, case.there, case.old)
        new = await _filled(other, f"{case.there};{case.new}")

        plan = steps(new, old)

        assert counted(await _after(other, plan), old) == ()
        assert {step.verb for step in plan} == set(case.back.split())


async def _hazards(stage: Stage, old: str, new: str) -> set[HazardKind]:
    plan = steps(await stage.catalog(_APP, old), await stage.catalog(_APP, new))
    return {hazard.kind for step in plan for hazard in step.hazards}


async def test_a_function_that_goes_breaks_who_calls_it(stage: Stage) -> None:
    found = await _hazards(stage, _FUNCTION, "")

    assert found == {HazardKind.BREAKS_CLIENTS}


async def test_callers_of_a_function_that_is_created_again_are_not_followed(
    stage: Stage,
) -> None:
    found = await _hazards(stage, _FUNCTION, _FUNCTION.replace("(a ", "(b "))

    assert found == {HazardKind.UNTRACKABLE}


async def test_running_with_the_rights_of_the_owner_is_a_matter_of_authorization(
    stage: Stage,
) -> None:
    found = await _hazards(stage, _FUNCTION, _FUNCTION.replace("AS", "SECURITY DEFINER AS"))

    assert found == {HazardKind.AUTHORIZATION}


async def test_another_body_is_no_hazard(stage: Stage) -> None:
    found = await _hazards(stage, _FUNCTION, _FUNCTION.replace("'SELECT 1'", "'SELECT 2'"))

    assert found == set()


async def test_a_function_that_comes_back_as_it_was_is_no_hazard(stage: Stage) -> None:
    caller = "CREATE FUNCTION app.g() RETURNS integer LANGUAGE sql RETURN app.f(1)"

    old = await stage.catalog(_APP, _FUNCTION, caller)
    new = await stage.catalog(_APP, _FUNCTION.replace("(a ", "(b "), caller)

    subjects = {each.subject.name for step in steps(old, new) for each in step.hazards}
    assert subjects == {"f"}
