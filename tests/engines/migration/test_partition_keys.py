"""A foreign key comes to a partitioned table without a scan that anybody waits for."""

from collections.abc import AsyncGenerator

import pytest

from server.engines.postgres.cluster import Cluster
from server.engines.postgres.shadow import Shadow
from tests.engines.migration.watched import waited_for, watched

pytestmark = pytest.mark.anyio

_OLDER = 15
_OLD = """
CREATE TABLE people (id bigint PRIMARY KEY);
CREATE TABLE visits (id bigint NOT NULL, person bigint) PARTITION BY RANGE (id);
CREATE TABLE visits_1 PARTITION OF visits FOR VALUES FROM (0) TO (1000);
CREATE TABLE visits_2 (person bigint, id bigint NOT NULL) PARTITION BY LIST (person);
ALTER TABLE visits ATTACH PARTITION visits_2 FOR VALUES FROM (1000) TO (2000);
CREATE TABLE "visits 2 a" PARTITION OF visits_2 FOR VALUES IN (1, 2);
CREATE TABLE visits_2_b PARTITION OF visits_2 DEFAULT;
"""
_KEY = "ALTER TABLE visits ADD CONSTRAINT of_person FOREIGN KEY (person) REFERENCES people {0};"
_NEW = f"{_OLD}{_KEY.format('ON DELETE CASCADE')}"


@pytest.fixture(scope="module")
async def older(shadow: Shadow) -> AsyncGenerator[Cluster, None]:
    async with shadow.private_cluster(major=_OLDER) as cluster:
        if cluster.major != _OLDER:
            pytest.skip(f"no server of PostgreSQL {_OLDER} is here")
        yield cluster


async def test_rows_of_partitions_are_checked_while_others_write_to_them(older: Cluster) -> None:
    proof, found = await watched(older, _OLD, _NEW)

    assert proof.is_proven
    assert [waited_for(each) for each in found if waited_for(each)] == []
    assert {name for each in found for name in each.scanned} == {
        "public.people",
        "public.visits_1",
        "public.visits 2 a",
        "public.visits_2_b",
    }


async def test_a_partition_that_has_the_key_already_is_not_read_again(older: Cluster) -> None:
    own = _KEY.format("ON DELETE CASCADE").replace("visits ", "visits_1 ")

    proof, found = await watched(older, f"{_OLD}{own}", _NEW)

    assert proof.is_proven
    assert "public.visits_1" not in {name for each in found for name in each.scanned}


async def test_a_partition_that_comes_with_the_key_is_left_to_the_whole(older: Cluster) -> None:
    more = "CREATE TABLE visits_3 PARTITION OF visits FOR VALUES FROM (2000) TO (3000);"

    proof, found = await watched(older, _OLD, f"{_OLD}{more}{_KEY.format('')}")

    assert proof.is_proven
    assert [waited_for(each) for each in found if waited_for(each)] == []
