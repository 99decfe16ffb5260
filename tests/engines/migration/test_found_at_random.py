"""Schemas that a plan once did not lead between, each cut down to its cause."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from server.engines.postgres.cluster import Cluster
from server.engines.postgres.shadow import Shadow
from tests.engines.migration.random_schemas.journey import Journey
from tests.engines.migration.random_schemas.trip import Result, tripped

pytestmark = pytest.mark.anyio

_FILE = Path(__file__).with_name("found_at_random.yaml")


class Case(BaseModel):
    """`there` is on both sides; `major` is set where a server of that version is needed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    there: str = ""
    old: str
    new: str
    rows: tuple[str, ...] = ()
    major: int | None = None

    @property
    def journey(self) -> Journey:
        old, new = (f"CREATE SCHEMA app; {self.there} {each}" for each in (self.old, self.new))
        return Journey(old=old, new=new, rows=self.rows)


_CASES = TypeAdapter(list[Case]).validate_python(
    yaml.load(_FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
)


@pytest.fixture(scope="module")
async def cluster(shadow: Shadow) -> AsyncGenerator[Cluster, None]:
    async with shadow.cluster() as cluster:
        yield cluster


@pytest.fixture(scope="module")
async def older(shadow: Shadow) -> AsyncGenerator[Cluster, None]:
    async with shadow.private_cluster(major=15) as cluster:
        yield cluster


@pytest.mark.parametrize(
    "case", [each for each in _CASES if each.major is None], ids=lambda case: case.name
)
async def test_what_once_went_wrong_is_proven(cluster: Cluster, case: Case) -> None:
    legs = await tripped(cluster, case.journey)

    assert [each for each in legs if each.result is not Result.PROVEN] == []


@pytest.mark.parametrize(
    "case", [each for each in _CASES if each.major is not None], ids=lambda case: case.name
)
async def test_what_once_went_wrong_on_an_older_server_is_proven(
    older: Cluster, case: Case
) -> None:
    legs = await tripped(older, case.journey)

    assert [each for each in legs if each.result is not Result.PROVEN] == []
