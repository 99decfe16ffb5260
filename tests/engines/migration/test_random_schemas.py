"""Random schemas and random changes of them: every plan leads there, and back."""

from collections import Counter
from collections.abc import AsyncGenerator

import pytest

from server.engines.postgres.cluster import Cluster
from server.engines.postgres.shadow import Shadow
from tests.engines.migration.random_schemas.generate import random_pair
from tests.engines.migration.random_schemas.trip import Leg, Result, tripped

pytestmark = pytest.mark.anyio

_EVERYDAY = range(25)
_BATCH, _BATCHES = 250, 8
_MOST_REFUSALS = 0.01
_FAULTS = frozenset({Result.WRONG, Result.CRASHED, Result.INVALID})


@pytest.fixture(scope="module")
async def cluster(shadow: Shadow) -> AsyncGenerator[Cluster, None]:
    async with shadow.cluster() as cluster:
        yield cluster


async def _legs(cluster: Cluster, seed: int) -> tuple[Leg, ...]:
    return await tripped(cluster, random_pair(seed, cluster.major).journey)


@pytest.mark.parametrize("seed", _EVERYDAY)
async def test_a_changed_schema_is_reached_and_left_again(cluster: Cluster, seed: int) -> None:
    legs = await _legs(cluster, seed)

    assert [each for each in legs if each.result in _FAULTS] == []


@pytest.mark.corpus
@pytest.mark.parametrize("batch", range(_BATCHES))
async def test_of_many_changed_schemas_none_is_missed(cluster: Cluster, batch: int) -> None:
    seeds = range(batch * _BATCH, (batch + 1) * _BATCH)
    legs = [(seed, each) for seed in seeds for each in await _legs(cluster, seed)]

    found = Counter(str(each.result) for _, each in legs)
    print(f"\nseeds {seeds.start} to {seeds.stop - 1}: {_BATCH} pairs, {dict(found)}")
    assert [each for each in legs if each[1].result in _FAULTS] == []
    assert found[Result.REFUSED] <= _MOST_REFUSALS * len(legs)
