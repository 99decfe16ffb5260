"""What it takes, kind by kind, to take a new object for an old one."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.fact import Fact
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.attribute import Attribute
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import Constraint
from server.engines.catalog.kinds.enum_type import EnumType
from server.engines.catalog.kinds.index import Index
from server.engines.catalog.kinds.schema import Schema
from server.engines.catalog.kinds.sequence import Sequence
from server.engines.catalog.kinds.table import Table
from server.engines.migration.renames.resemblance import (
    Confidence,
    Resemblance,
    is_equal,
    is_similar,
    likeness,
    parts,
    share,
)

F = TypeVar("F", bound=Fact)
Comparison = Callable[[Any, Any, Catalog, Catalog], Resemblance | None]
_MOSTLY = 0.7
_FEW_COLUMNS = 3  # many tables have an id and a name and nothing else
_SIMILAR_NAMES = "their names are alike"


def _names_alone(old: Fact, new: Fact) -> tuple[float, tuple[str, ...]]:
    score = likeness(old.identity.name, new.identity.name)
    is_alike = is_similar(old.identity.name, new.identity.name)
    return score, (_SIMILAR_NAMES,) if is_alike else ()


def _telling(old: Fact, new: Fact, _old: Catalog, _new: Catalog) -> Resemblance | None:
    """Compare what says enough to be known again: a query, a body, keys, labels."""
    if not is_equal(old, new):
        return None
    score, alike = _names_alone(old, new)
    return Resemblance(Confidence.STRONG, score, ("their definitions are equal", *alike))


def _index(old: Index, new: Index, *catalogs: Catalog) -> Resemblance | None:
    # The index behind a constraint is renamed with it.
    return None if old.constraint or new.constraint else _telling(old, new, *catalogs)


def _constraint(old: Constraint, new: Constraint, *catalogs: Catalog) -> Resemblance | None:
    return None if old.is_inherited else _telling(old, new, *catalogs)


def _sequence(old: Sequence, new: Sequence, *_catalogs: Catalog) -> Resemblance | None:
    if not is_equal(old, new):
        return None
    score, alike = _names_alone(old, new)
    if old.owned_by is not None:
        return Resemblance(Confidence.STRONG, score, ("they belong to the same column", *alike))
    equal = ("they count alike", *alike)
    return Resemblance(Confidence.FAIR, score, equal) if alike else None


def _whole(old: Fact, new: Fact, before: Catalog, after: Catalog) -> Resemblance | None:
    """Compare what says little itself and has parts that say more: a row type, a domain."""
    if not is_equal(old, new):
        return None
    score, alike = _names_alone(old, new)
    both = share(parts(before, old.identity), parts(after, new.identity))
    has_parts = bool(parts(before, old.identity))
    if both == 1 and has_parts:
        return Resemblance(Confidence.STRONG, score, ("all their parts are equal", *alike))
    if alike and both >= _MOSTLY:
        return Resemblance(Confidence.FAIR, score, ("they are defined alike", *alike))
    return None


def _schema(old: Schema, new: Schema, before: Catalog, after: Catalog) -> Resemblance | None:
    both = share(_inside(before, old), _inside(after, new))
    if both < _MOSTLY or not _inside(before, old):
        return None
    score, alike = _names_alone(old, new)
    shown = f"{both:.0%} of what lies in either lies in both"
    return Resemblance(Confidence.STRONG if both == 1 else Confidence.FAIR, score, (shown, *alike))


def _inside(catalog: Catalog, schema: Schema) -> frozenset[tuple[str, str]]:
    return frozenset((kind, name) for kind, name, _ in parts(catalog, schema.identity))


def _table(old: Table, new: Table, before: Catalog, after: Catalog) -> Resemblance | None:
    columns = share(_columns(before, old.identity), _columns(after, new.identity))
    score, alike = _names_alone(old, new)
    if columns < _MOSTLY or not _columns(before, old.identity):
        return None
    constraints = share(_constraints(before, old.identity), _constraints(after, new.identity))
    if columns < 1 and not alike:
        return None
    evidence = (
        f"{columns:.0%} of the columns have equal names and types",
        f"{constraints:.0%} of the constraints are equal",
        *alike,
    )
    is_telling = bool(alike) or len(_columns(before, old.identity)) >= _FEW_COLUMNS
    is_strong = columns == 1 and constraints >= _MOSTLY and is_telling
    confidence = Confidence.STRONG if is_strong else Confidence.FAIR if alike else Confidence.WEAK
    return Resemblance(confidence, columns + constraints + score, evidence)


def _columns(catalog: Catalog, table: Identity) -> frozenset[tuple[str, str]]:
    return frozenset((each.identity.name, each.type) for each in catalog.columns(table))


def _constraints(catalog: Catalog, table: Identity) -> frozenset[tuple[object, ...]]:
    return frozenset(
        (each.type, each.columns, each.expression, each.references)
        for each in catalog.constraints(table)
    )


def _column(old: Column, new: Column, before: Catalog, after: Catalog) -> Resemblance | None:
    if not is_equal(old, new) or old.is_inherited or old.parent is None:
        return None
    order = [[each.identity.name for each in it.columns(old.parent)] for it in (before, after)]
    return _in_row(old.identity.name, new.identity.name, order, f"both are {old.type}")


def _attribute(
    old: Attribute, new: Attribute, before: Catalog, after: Catalog
) -> Resemblance | None:
    if not is_equal(old, new) or old.parent is None:
        return None
    order = [
        [each.identity.name for each in sorted(facts, key=lambda each: each.position)]
        for facts in (it.children(old.parent, Attribute) for it in (before, after))
    ]
    return _in_row(old.identity.name, new.identity.name, order, f"both are {old.type}")


def labels(old: EnumType, new: EnumType) -> Iterator[tuple[str, str, Resemblance]]:
    """Yield the labels that one enum has instead of the labels of another."""
    gone = [each for each in old.labels if each not in new.labels]
    fresh = [each for each in new.labels if each not in old.labels]
    for before in gone:
        for after in fresh:
            order = [list(old.labels), list(new.labels)]
            found = _in_row(before, after, order, "both are labels of one enum")
            if found is not None:
                yield before, after, found


def _in_row(old: str, new: str, order: list[list[str]], equal: str) -> Resemblance | None:
    """Compare what has a place in a row; with nothing else to tell, only the very place counts."""
    score, is_alike = likeness(old, new), is_similar(old, new)
    is_in_place = _neighbors(old, order[0]) == _neighbors(new, order[1])
    if not is_alike and not is_in_place:
        return None
    evidence = (
        equal,
        *(["they stand between the same neighbors"] if is_in_place else []),
        *([_SIMILAR_NAMES] if is_alike else []),
    )
    confidence = Confidence(1 + is_in_place * is_alike + is_alike)
    return Resemblance(confidence, score, evidence)


def _neighbors(name: str, order: list[str]) -> tuple[str | None, str | None]:
    here = order.index(name)
    before = order[here - 1] if here else None
    after = order[here + 1] if here + 1 < len(order) else None
    return before, after


COMPARISONS: Mapping[str, Comparison] = MappingProxyType(
    {
        "attribute": _attribute,
        "column": _column,
        "composite_type": _whole,
        "constraint": _constraint,
        "domain": _whole,
        "enum": _telling,
        "index": _index,
        "materialized_view": _telling,
        "routine": _telling,
        "schema": _schema,
        "sequence": _sequence,
        "table": _table,
        "view": _telling,
    }
)
"""By kind; what is not here costs nothing to drop and create."""
