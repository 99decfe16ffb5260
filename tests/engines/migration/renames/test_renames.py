"""Renames on real databases: what is renamed keeps its rows, and nothing is left to plan."""

import re
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from server.engines.catalog.diff import differences
from server.engines.catalog.identity import Identity
from server.engines.migration.hazard import HazardKind
from server.engines.migration.step import Verb
from server.engines.postgres.cluster import Cluster
from server.engines.postgres.shadow import Shadow
from server.errors import InvalidInputError, InvalidSqlError
from tests.engines.migration.renames.trip import Trip, catalogs, taken

pytestmark = pytest.mark.anyio

_FILE = Path(__file__).with_name("renames.yaml")


class Case(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    old: str
    new: str
    arguments: tuple[str, ...] = ()
    rows: str = ""
    survives: str = ""
    found: list[str] = []
    back_leaves: list[str] = []
    """What a way back by renames alone cannot take away."""


_CASES = TypeAdapter(list[Case]).validate_python(
    yaml.load(_FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
)


@pytest.fixture(scope="module")
async def cluster(shadow: Shadow) -> AsyncGenerator[Cluster, None]:
    async with shadow.private_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="module")
async def older(shadow: Shadow) -> AsyncGenerator[Cluster, None]:
    async with shadow.private_cluster(major=15) as cluster:
        yield cluster


async def _taken(cluster: Cluster, case: Case) -> Trip:
    return await taken(
        cluster, case.old, case.new, *case.arguments, rows=case.rows, survives=case.survives
    )


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.name)
async def test_renames_lead_over_and_back_and_keep_the_rows(cluster: Cluster, case: Case) -> None:
    trip = await _taken(cluster, case)

    assert trip.rest == ()
    assert trip.rows == case.found
    assert _names_only(trip) == case.back_leaves
    assert trip.notes == ()
    assert _missed(trip) == {step.subject for step in trip.steps if step.verb is Verb.RENAME}


@pytest.mark.corpus
@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.name)
async def test_the_same_holds_for_an_older_server(older: Cluster, case: Case) -> None:
    trip = await _taken(older, case)

    assert trip.rest == ()
    assert trip.rows == case.found


def _missed(trip: Trip) -> set[Identity]:
    """Return what the hazards say that running programs will not find."""
    risks = (hazard for step in trip.steps for hazard in step.hazards)
    return {each.subject for each in risks if each.kind is HazardKind.BREAKS_CLIENTS}


def _names_only(trip: Trip) -> list[str]:
    said = {"privilege", "owner"}
    return [str(each.identity) for each in trip.rest_back if each.identity.kind not in said]


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.name)
async def test_a_schema_loads_the_same_without_its_annotations(
    cluster: Cluster, case: Case
) -> None:
    plain = re.sub(r"-- @renamed.*", "", case.new)

    annotated, bare = await catalogs(cluster, case.new, plain)

    assert differences(annotated, bare) == ()


_T = "CREATE TABLE t (a int, b int)"
_QUIET = {
    "what was renamed before": ("CREATE TABLE t (b int)", "a"),
    "a table that is new": ("", "a"),
}


@pytest.mark.parametrize("name", _QUIET)
async def test_an_annotation_without_work_does_nothing(cluster: Cluster, name: str) -> None:
    old, former = _QUIET[name]

    trip = await taken(cluster, old, f"CREATE TABLE t (\n b int -- @renamed from={former}\n)")

    assert trip.steps == ()
    assert trip.notes == ()


async def test_a_misspelled_old_name_is_noted_with_what_is_close(cluster: Cluster) -> None:
    trip = await taken(
        cluster, "CREATE TABLE t (mail int)", "CREATE TABLE t (\n b int -- @renamed from=mai\n)"
    )

    assert trip.steps == ()
    assert "new.sql:2:8" in trip.notes[0]
    assert "Close to it: mail" in trip.notes[0]


async def test_an_exchange_is_not_done_again_at_every_run(cluster: Cluster) -> None:
    new = "CREATE TABLE t (\n a int, -- @renamed from=b\n b int -- @renamed from=a\n)"

    trip = await taken(cluster, _T, new)

    assert trip.steps == ()
    assert "both schemas have" in trip.notes[0]


_G = "CREATE FUNCTION g({}) RETURNS int LANGUAGE sql AS 'SELECT 1';"
_REFUSED = {
    "an old name that is still there": (
        "CREATE TABLE t (a int)",
        "CREATE TABLE t (\n a int,\n b int -- @renamed from=a\n)",
        r"new.sql:3:8: .* column:public.t.a is still there",
    ),
    "a new name that is taken": (
        _T,
        "CREATE TABLE t (\n b int -- @renamed from=a\n)",
        r"new.sql:2:8: .* the source has both",
    ),
    "overloads that cannot be told apart": (
        "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        f"{_G.format('text')}\n{_G.format('int')} -- @renamed from=f",
        r"new.sql:2:64: .* several routines g",
    ),
}


@pytest.mark.parametrize("name", _REFUSED)
async def test_an_annotation_that_cannot_be_meant_is_refused(cluster: Cluster, name: str) -> None:
    old, new, said = _REFUSED[name]

    with pytest.raises(InvalidSqlError, match=said):
        await taken(cluster, old, new)


_HEIRS = "CREATE TABLE a ({} int); CREATE TABLE b () INHERITS (a)"


async def test_an_inherited_column_is_not_renamed_by_itself(cluster: Cluster) -> None:
    arguments = ("column:public.a.x=z", "column:public.b.x=z")

    together = await taken(cluster, _HEIRS.format("x"), _HEIRS.format("z"), *arguments)

    assert together.rest == ()
    with pytest.raises(InvalidInputError, match="inherited"):
        await taken(cluster, _HEIRS.format("x"), _HEIRS.format("z"), arguments[1])


async def test_a_body_that_still_says_the_old_name_is_named(cluster: Cluster) -> None:
    body = "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS 'BEGIN DELETE FROM {}; END'"
    old = f"CREATE TABLE people (mail text); {body.format('people')}"
    new = f"-- @renamed from=people\nCREATE TABLE users (mail text); {body.format('people')}"
    mended = f"-- @renamed from=people\nCREATE TABLE users (mail text); {body.format('users')}"

    left, right = await taken(cluster, old, new), await taken(cluster, old, mended)

    assert [each.kind for each in left.steps[0].hazards] == [
        HazardKind.BREAKS_CLIENTS,
        HazardKind.UNTRACKABLE,
    ]
    assert "public.f()" in left.steps[0].hazards[1].message
    assert [each.kind for each in right.steps[0].hazards] == [HazardKind.BREAKS_CLIENTS]
