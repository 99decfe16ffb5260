"""Types, foreign data, publications, default privileges: created, changed, dropped, both ways."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.diff import Difference
from server.engines.catalog.read import read_catalog
from server.engines.migration.hazard import HazardKind
from server.engines.migration.planner import counted, steps
from server.engines.migration.step import Step
from server.engines.postgres.cluster import Database
from server.engines.postgres.session import StatementError
from server.engines.postgres.shadow import Shadow
from server.errors import RefusedError
from tests.engines.migration.stage import Stage, on_stage

pytestmark = pytest.mark.anyio

_FILE = Path(__file__).with_name("type_kinds.yaml")
_APP = "CREATE SCHEMA app"
_ROLES = "CREATE ROLE type_owner; CREATE ROLE type_reader; CREATE ROLE type_stranger"


class Case(BaseModel):
    """`there` is on both sides; `forward` and `back` are the verbs of the steps that lead over.

    `rows` fit both sides, and what `survives` selects is the same before and after.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    there: str = ""
    old: str
    new: str
    rows: str = ""
    survives: str = ""
    search_path: str = "public"
    forward: str
    back: str


class Trip(BaseModel):
    """What was planned and what came of it."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    plan: tuple[Step, ...]
    rest: tuple[Difference, ...]
    rows_before: list[str]
    rows_after: list[str]

    @property
    def verbs(self) -> set[str]:
        return {step.verb for step in self.plan}


_CASES = TypeAdapter(list[Case]).validate_python(
    yaml.load(_FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
)


@pytest.fixture(scope="module")
async def stage(shadow: Shadow) -> AsyncGenerator[Stage, None]:
    async with shadow.private_cluster() as cluster:
        async with await cluster.connect() as session:
            await session.script(_ROLES)
        async with on_stage(cluster) as stage:
            yield stage


async def _filled(database: Database, *scripts: str) -> Catalog:
    async with await database.connect(settings={"search_path": "public"}) as session:
        await session.script(_APP)
        for script in filter(None, scripts):
            await session.script(script)
        return await read_catalog(session)


async def _planned(stage: Stage, old: str, new: str) -> tuple[Step, ...]:
    return steps(await stage.catalog(_APP, old), await stage.catalog(_APP, new))


async def _led_over(stage: Stage, case: Case, old: str, new: str) -> Trip:
    async with stage.cluster.database() as one:
        before = await _filled(one, case.there, old)
        after = await stage.catalog(_APP, case.there, new)
        plan = steps(before, after)
        async with await one.connect(settings={"search_path": case.search_path}) as session:
            await session.script(case.rows or "SELECT")
            rows_before = await _rows(one, case)
            for step in plan:
                await session.script(step.sql)
            return Trip(
                plan=plan,
                rest=counted(await read_catalog(session), after, with_owners=True),
                rows_before=rows_before,
                rows_after=await _rows(one, case),
            )


async def _rows(database: Database, case: Case) -> list[str]:
    if not case.survives:
        return []
    async with await database.connect(settings={"search_path": case.search_path}) as session:
        return sorted(str(next(iter(row.values()))) for row in await session.rows(case.survives))


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.name)
async def test_the_new_schema_is_reached(stage: Stage, case: Case) -> None:
    trip = await _led_over(stage, case, case.old, case.new)

    assert trip.rest == ()
    assert trip.rows_after == trip.rows_before
    assert trip.verbs == set(case.forward.split())


@pytest.mark.corpus
@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.name)
async def test_the_old_schema_is_reached_again(stage: Stage, case: Case) -> None:
    trip = await _led_over(stage, case, case.new, case.old)

    assert trip.rest == ()
    assert trip.rows_after == trip.rows_before
    assert trip.verbs == set(case.back.split())


_MOOD = "CREATE TYPE app.mood AS ENUM ('sad', 'ok'); CREATE TABLE app.t (m app.mood)"
_NO_SAD = "CREATE TYPE app.mood AS ENUM ('ok'); CREATE TABLE app.t (m app.mood)"


async def test_a_row_with_a_removed_label_stops_the_plan_and_stays(stage: Stage) -> None:
    case = Case(
        name="",
        old=_MOOD,
        new=_NO_SAD,
        rows="INSERT INTO app.t VALUES ('sad')",
        forward="",
        back="",
    )

    with pytest.raises(StatementError, match="sad"):
        await _led_over(stage, case, case.old, case.new)


async def test_a_removed_label_is_a_hazard_that_names_it(stage: Stage) -> None:
    plan = await _planned(stage, _MOOD, _NO_SAD)

    hazards = [hazard for step in plan for hazard in step.hazards]
    assert [each.kind for each in hazards] == [HazardKind.BREAKS_CLIENTS, HazardKind.MAY_FAIL]
    assert "'sad'" in hazards[1].message


_PARTITIONED = "CREATE TABLE app.t (m app.mood) PARTITION BY LIST (m)"
_REFUSED = {
    "a table that holds rows of a table with the enum": (
        (
            "CREATE TYPE app.mood AS ENUM ('a', 'b'); CREATE TABLE app.t (m app.mood);"
            "CREATE TABLE app.u (t app.t)"
        ),
        (
            "CREATE TYPE app.mood AS ENUM ('b', 'a'); CREATE TABLE app.t (m app.mood);"
            "CREATE TABLE app.u (t app.t)"
        ),
        "app.u",
    ),
    "a table that is partitioned by the enum": (
        f"CREATE TYPE app.mood AS ENUM ('a', 'b'); {_PARTITIONED}",
        f"CREATE TYPE app.mood AS ENUM ('b', 'a'); {_PARTITIONED}",
        "partitioned by m",
    ),
    "a subscription": (
        "",
        (
            "CREATE SUBSCRIPTION s CONNECTION 'host=h' PUBLICATION p"
            " WITH (connect = false, slot_name = NONE, enabled = false)"
        ),
        "CREATE SUBSCRIPTION",
    ),
    "an option that sounds secret": (
        "CREATE FOREIGN DATA WRAPPER w",
        "CREATE FOREIGN DATA WRAPPER w OPTIONS (api_key 'hush')",
        "api_key",
    ),
}


@pytest.mark.parametrize("name", _REFUSED)
async def test_what_cannot_be_done_is_refused_by_name(stage: Stage, name: str) -> None:
    old, new, said = _REFUSED[name]

    with pytest.raises(RefusedError, match=said):
        await _planned(stage, old, new)


_FOREIGN = "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w"
_MAPPED = f"{_FOREIGN}; CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (password 'one')"
_RISKY = {
    "options of a mapping that comes": (_FOREIGN, _MAPPED, HazardKind.UNTRACKABLE),
    "another value of a mapping's option": (
        _MAPPED,
        f"{_FOREIGN}; CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (password 'two')",
        HazardKind.DATA_LOSS,
    ),
    "options of a mapping that goes": (_MAPPED, _FOREIGN, HazardKind.DATA_LOSS),
    "options of a mapping that goes with its server": (_MAPPED, "", HazardKind.DATA_LOSS),
    "values of an attribute": (
        "CREATE TYPE app.c AS (a int, b int); CREATE TABLE app.t (c app.c)",
        "CREATE TYPE app.c AS (a int); CREATE TABLE app.t (c app.c)",
        HazardKind.DATA_LOSS,
    ),
    "values of an extension's type": (
        "CREATE EXTENSION hstore SCHEMA app; CREATE TABLE app.t (h app.hstore)",
        "CREATE TABLE app.t ()",
        HazardKind.DATA_LOSS,
    ),
    "a subscription": (
        (
            "CREATE SUBSCRIPTION s CONNECTION 'host=h' PUBLICATION p"
            " WITH (connect = false, slot_name = NONE, enabled = false)"
        ),
        "",
        HazardKind.DATA_LOSS,
    ),
    "a check of a domain in use": (
        "CREATE DOMAIN app.d AS int; CREATE TABLE app.t (d app.d)",
        "CREATE DOMAIN app.d AS int CHECK (VALUE > 1); CREATE TABLE app.t (d app.d)",
        HazardKind.MAY_FAIL,
    ),
    "what everyone gets": (
        "",
        "ALTER DEFAULT PRIVILEGES FOR ROLE type_owner GRANT SELECT ON TABLES TO PUBLIC",
        HazardKind.AUTHORIZATION,
    ),
}


@pytest.mark.parametrize("name", _RISKY)
async def test_what_is_at_risk_is_said(stage: Stage, name: str) -> None:
    old, new, kind = _RISKY[name]

    plan = await _planned(stage, old, new)

    assert kind in {hazard.kind for step in plan for hazard in step.hazards}


_SAFE = {
    "a foreign table": (f"{_FOREIGN}; CREATE FOREIGN TABLE app.f (id int) SERVER s", _FOREIGN),
    "an extension without data": ("CREATE EXTENSION citext SCHEMA app", ""),
    "an attribute that no column holds": (
        "CREATE TYPE app.c AS (a int, b int)",
        "CREATE TYPE app.c AS (a int)",
    ),
    "labels in another order": (
        "CREATE TYPE app.m AS ENUM ('a', 'b'); CREATE TABLE app.t (m app.m)",
        "CREATE TYPE app.m AS ENUM ('b', 'a'); CREATE TABLE app.t (m app.m)",
    ),
}


@pytest.mark.parametrize("name", _SAFE)
async def test_what_loses_nothing_has_no_hazard(stage: Stage, name: str) -> None:
    old, new = _SAFE[name]

    plan = await _planned(stage, old, new)

    assert [hazard for step in plan for hazard in step.hazards] == []


async def test_a_mapping_loses_an_option_in_place(stage: Stage) -> None:
    new = f"{_FOREIGN}; CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (password 'one')"
    old = f"{_FOREIGN}; CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (password 'one', x 'y')"
    case = Case(name="", old=old, new=new, forward="alter", back="")

    trip = await _led_over(stage, case, old, new)

    assert trip.rest == ()
    assert trip.verbs == {"alter"}
