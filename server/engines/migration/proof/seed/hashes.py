"""What a table that is split by hash demands of rows where not every remainder has a partition."""

import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import islice

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.kinds.table import PartitionStrategy, Table
from server.engines.migration.partitions import demands
from server.engines.migration.proof.seed.demands import Check
from server.engines.migration.proof.seed.later import condition

_MODULUS = re.compile(r"modulus (\d+)")
_MOST_LEAVES = 16  # each is asked for every row that is tried
_HASH = re.compile(r"satisfies_hash_partition\('(?:[^']|'')*'::regclass::oid, \d+, \d+")


def without_hash(expression: str) -> str:
    """Return a condition without the table that a hash is asked of: it is no value of a row."""
    return _HASH.sub("", expression)


def of_hashes(root: Table, catalog: Catalog) -> Iterator[Check]:
    """Yield that a row goes to one of the partitions, where most rows would go to none."""
    parts = tuple(_below(root, catalog))
    if not any(_is_incomplete(each, catalog) for each in (root, *parts)):
        return
    leaves = (each for each in parts if not each.is_partitioned)
    found = [demands(each, catalog) for each in islice(leaves, _MOST_LEAVES)]
    if found and all(found):
        yield condition(" OR ".join(f"({each})" for each in found), root, catalog)


def _below(table: Table, catalog: Catalog) -> Iterator[Table]:
    for each in _parts(table, catalog):
        yield each
        yield from _below(each, catalog)


def _parts(table: Table, catalog: Catalog) -> Iterator[Table]:
    if table.is_partitioned:
        for each in catalog.of(Table):
            if each.is_partition and table.identity in each.parents:
                yield each


def _is_incomplete(table: Table, catalog: Catalog) -> bool:
    if table.partition_strategy is not PartitionStrategy.HASH:
        return False
    bounds = (_MODULUS.search(each.partition_bound or "") for each in _parts(table, catalog))
    shares = (Fraction(1, int(found[1])) for found in bounds if found)
    return sum(shares, Fraction()) < 1
