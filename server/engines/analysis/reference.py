"""Columns that are named like references: `customer_id` where there are customers."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from server.engines.analysis.population import columns, primary_keys
from server.engines.analysis.relation import relation_of
from server.engines.analysis.scope import Scope
from server.engines.analysis.staging import is_passing, is_record
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.table import Table

_ID = re.compile(r"(?P<what>.+?)(?:_id|_ID|Id|ID)")
_TYPES = ("type", "class", "table", "kind")


class Reference(NamedTuple):
    """A column and the primary key that its name and type speak of."""

    column: Column
    target: Column


def references(scope: Scope) -> Iterator[Reference]:
    """Yield the columns that are named like references, as `Reference` reads them."""
    targets = _targets(scope)
    for column in columns(scope):
        target = _target(column, targets)
        if target is not None and _is_home(column, scope) and not _says_type(column, scope):
            yield Reference(column, target)


def _targets(scope: Scope) -> Mapping[str, list[Column]]:
    """Return the single columns of primary keys by what one row of their table may be called."""
    targets: defaultdict[str, list[Column]] = defaultdict(list)
    for key in primary_keys(scope):
        table = scope.catalog.get(relation_of(key), Table)
        if table is None or len(key.columns) != 1 or not _may_be_meant(table, scope):
            continue
        column = next(
            each
            for each in scope.catalog.columns(table.identity)
            if each.identity.name == key.columns[0]
        )
        for word in _singulars(_plain(table.identity.name)):
            targets[word].append(column)
    return targets


def _may_be_meant(table: Table, scope: Scope) -> bool:
    """Tell whether a foreign key could point here: it never sees rows of inheriting tables."""
    heirs = (each for each in scope.children.get(table.identity, ()) if not each.is_partition)
    return not (table.is_partition or is_passing(table) or any(heirs))


def _target(column: Column, targets: Mapping[str, list[Column]]) -> Column | None:
    """Find the only table that is meant: one of the same schema first."""
    match = _ID.fullmatch(column.identity.name)
    if match is None or column.generated_mode is not None:
        return None
    found = [
        each
        for each in targets.get(_plain(match["what"]), ())
        if each.type == column.type and each.parent != column.parent
    ]
    near = [each for each in found if each.identity.schema == column.identity.schema] or found
    return near[0] if len(near) == 1 else None


def _is_home(column: Column, scope: Scope) -> bool:
    """Tell whether rows of the column's table are kept, and are no records of others."""
    table = scope.catalog.get(relation_of(column), Table)
    return table is not None and not is_passing(table) and not is_record(table)


def _says_type(column: Column, scope: Scope) -> bool:
    """Tell whether a column beside this one says which table its values are from."""
    match = _ID.fullmatch(column.identity.name)
    stem = _plain(match["what"]) if match else ""
    names = {_plain(each.identity.name) for each in scope.catalog.columns(relation_of(column))}
    return any(f"{stem}{word}" in names for word in _TYPES)


def _plain(name: str) -> str:
    return name.lower().replace("_", "")


def _singulars(word: str) -> frozenset[str]:
    """Return what one of `word` may be called, the word itself included."""
    forms = {word}
    if word.endswith("ies"):
        forms.add(f"{word[:-3]}y")
    if word.endswith("es"):
        forms.add(word[:-2])
    if word.endswith("s"):
        forms.add(word[:-1])
    return frozenset(forms)
