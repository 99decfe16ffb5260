"""A partition joins beside a DEFAULT one without anybody waiting until that has been read."""

import pytest

from server.engines.postgres.shadow import Shadow
from tests.engines.migration.watched import waited_for, watched

pytestmark = pytest.mark.anyio

_REST = "CREATE TABLE rest PARTITION OF whole DEFAULT;"


@pytest.mark.parametrize(
    ("whole", "bound"),
    [
        ("PARTITION BY RANGE (at)", "FROM ('2026-01-01') TO ('2027-01-01')"),
        ("PARTITION BY RANGE (at, kind)", "FROM ('2026-01-01', 'a') TO ('2027-01-01', MAXVALUE)"),
        ("PARTITION BY LIST (kind)", "IN ('a', 'b')"),
        ("PARTITION BY LIST (kind)", "IN ('a', NULL)"),
        ("PARTITION BY LIST (lower(kind))", "IN ('a')"),
    ],
)
async def test_rows_beside_a_new_partition_are_read_while_others_write(
    shadow: Shadow, whole: str, bound: str
) -> None:
    old = f"CREATE TABLE whole (at date, kind text) {whole}; {_REST}"
    new = f'{old} CREATE TABLE "new one" PARTITION OF whole FOR VALUES {bound};'

    async with shadow.cluster() as cluster:
        proof, found = await watched(cluster, old, new)

    assert proof.is_proven
    assert [waited_for(each) for each in found if waited_for(each)] == []
    assert any("public.rest" in each.scanned for each in found)


async def test_two_tables_with_rows_are_attached_one_after_the_other(shadow: Shadow) -> None:
    old = f"""CREATE TABLE whole (at date, kind text) PARTITION BY LIST (kind); {_REST}
      CREATE TABLE a (at date, kind text); CREATE TABLE b (at date, kind text);"""
    new = f"""{old} ALTER TABLE whole ATTACH PARTITION a FOR VALUES IN ('a');
      ALTER TABLE whole ATTACH PARTITION b FOR VALUES IN ('b');"""

    async with shadow.cluster() as cluster:
        proof, found = await watched(cluster, old, new)

    assert proof.forward.failure is None
    assert [waited_for(each) for each in found if waited_for(each)] == []


async def test_below_a_partition_the_one_beside_is_read_by_the_attachment(shadow: Shadow) -> None:
    old = f"""CREATE TABLE top (at date, kind text) PARTITION BY LIST (kind);
      CREATE TABLE whole PARTITION OF top FOR VALUES IN ('a', 'b') PARTITION BY RANGE (at);
      {_REST}"""
    new = (
        f"{old} CREATE TABLE more PARTITION OF whole FOR VALUES FROM ('2026-01-01') TO (MAXVALUE);"
    )

    async with shadow.cluster() as cluster:
        proof, _ = await watched(cluster, old, new)

    assert proof.is_proven
