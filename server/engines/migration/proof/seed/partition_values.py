"""Values that lie within the bounds of partitions."""

import re
from collections.abc import Iterator, Mapping

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.table import Table
from server.engines.migration.proof.seed.sources import Source

_KEY = re.compile(r'("(?:[^"]|"")+"|[a-z_]\w*)(?: |,|$)')
_CONSTANT = re.compile(r"'((?:[^']|'')*)'|(MINVALUE|MAXVALUE|NULL|-?[\w.]+)")
_UNBOUNDED = frozenset(("MINVALUE", "MAXVALUE", "NULL"))


def is_without_partitions(root: Identity, catalog: Catalog) -> bool:
    """Tell whether no row can be inserted: the table is partitioned, and has no partition yet."""
    here = catalog.get(root, Table)
    return here is not None and here.is_partitioned and not _children(root, catalog)


def partition_source(root: Identity, catalog: Catalog) -> Source | None:
    """Return rows of key values, each for another partition; None where any value will do."""
    found = [values for values in _leaves(root, catalog) if values]
    columns = tuple(dict.fromkeys(name for values in found for name in values))
    complete = [values for values in found if len(values) == len(columns)]
    rows = (tuple(values[name] for name in columns) for values in complete)
    return Source(columns, tuple(dict.fromkeys(rows))) if complete else None


def _leaves(table: Identity, catalog: Catalog) -> Iterator[Mapping[str, str]]:
    """Yield what leads to each partition, as far as bounds with values say it."""
    here = catalog.get(table, Table)
    children = _children(table, catalog) if here is not None and here.is_partitioned else []
    if here is None or not children:
        yield {}
        return
    columns = _key_columns(here, catalog)
    for child in children:
        for values in _bound(child.partition_bound or "", columns):
            for below in _leaves(child.identity, catalog):
                yield {**values, **below}


def _children(table: Identity, catalog: Catalog) -> list[Table]:
    return [one for one in catalog.of(Table) if one.is_partition and table in one.parents]


def _key_columns(table: Table, catalog: Catalog) -> tuple[str, ...]:
    """Return the columns of the key, none if an expression is among them."""
    names = {one.identity.name for one in catalog.columns(table.identity)}
    inside = (table.partition_key or "").partition("(")[2].removesuffix(")")
    keys = [_bare(match[1]) for match in _KEY.finditer(inside)]
    is_plain = "(" not in inside and all(key in names for key in keys)
    return tuple(keys) if is_plain else ()


def _bound(bound: str, columns: tuple[str, ...]) -> Iterator[Mapping[str, str]]:
    kind, _, rest = bound.removeprefix("FOR VALUES ").partition(" ")
    if kind == "IN" and columns:
        for value in _constants(rest):
            yield {} if value is None else {columns[0]: value}
    elif kind == "FROM":
        lowest = _constants(rest.partition(" TO ")[0])
        pairs = zip(columns, lowest, strict=False)
        yield {name: value for name, value in pairs if value is not None}
    else:
        yield {}


def _constants(text: str) -> list[str | None]:
    found = _CONSTANT.finditer(text.strip().removeprefix("("))
    return [_constant(match) for match in found]


def _constant(match: re.Match[str]) -> str | None:
    if match[1] is not None:
        return match[1].replace("''", "'")
    return None if match[2] in _UNBOUNDED else match[2]


def _bare(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name
