"""Which losses a plan tells of: rows by their table, values by their column, in one direction."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.attribute import Attribute
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.composite_type import CompositeType
from server.engines.catalog.kinds.table import Table
from server.engines.migration.hazard import HazardKind
from server.engines.migration.holders import holders
from server.engines.migration.step import Segment


@dataclass(frozen=True, slots=True)
class Told:
    """What a direction says of tables and columns, as of the source.

    `rows` of tables and `values` of columns are lost; tables that are `filled` get more rows.
    """

    rows: frozenset[Identity] = frozenset()
    values: frozenset[Identity] = frozenset()
    filled: frozenset[Identity] = frozenset()


@dataclass(frozen=True, slots=True)
class Naming:
    """How the steps of one direction call what the source has."""

    source: Catalog
    target: Catalog
    of: Callable[[Identity], Identity]


def told(segments: Iterable[Segment], naming: Naming) -> Told:
    """Return what the hazards of the segments say about tables and columns of the source."""
    subjects: dict[HazardKind, set[Identity]] = {kind: set() for kind in HazardKind}
    for hazard in (each for one in segments for step in one.steps for each in step.hazards):
        subjects[hazard.kind].add(hazard.subject)
    lost, filled = (
        frozenset(subjects[kind]) for kind in (HazardKind.DATA_LOSS, HazardKind.ROWS_ADDED)
    )
    if not lost and not filled:
        return Told()
    return Told(
        frozenset(_tables(lost, naming)),
        frozenset(_columns(lost, naming)),
        frozenset(_tables(filled, naming)),
    )


def _tables(subjects: frozenset[Identity], naming: Naming) -> Iterator[Identity]:
    """Yield the tables that are named, and those that a named partition is a part of."""
    for table in naming.source.of(Table):
        if naming.of(table.identity) in subjects:
            yield table.identity
            if table.is_partition:
                yield from _above(table.identity, naming.source)


def _columns(subjects: frozenset[Identity], naming: Naming) -> Iterator[Identity]:
    """Yield the columns that are named, that inherit from them, or that hold what is named."""
    held = {column for each in subjects for column in _holding(each, naming)}
    for column in naming.source.of(Column):
        kin = _kin(column.identity, naming.source)
        is_named = any(naming.of(each) in subjects for each in kin)
        if is_named or not held.isdisjoint((column.identity, naming.of(column.identity))):
            yield column.identity


def _kin(column: Identity, catalog: Catalog) -> Iterator[Identity]:
    """Yield a column and those that it is inherited from."""
    yield column
    for table in _above(Identity(Table.kind, column.names[:-1]), catalog):
        yield Identity(Column.kind, (*table.names, column.name))


def _holding(subject: Identity, naming: Naming) -> Iterator[Identity]:
    """Yield the columns with values of a type, a part of a type, or the types of an extension."""
    if subject.kind in {Table.kind, Column.kind}:
        return
    is_part = subject.kind == Attribute.kind
    whole = Identity(CompositeType.kind, subject.names[:-1]) if is_part else subject
    for catalog in (naming.source, naming.target):
        yield from (column.identity for column in holders(whole, catalog))


def _above(table: Identity, catalog: Catalog) -> Iterator[Identity]:
    """Yield the tables that a table is a partition of or inherits from, at any distance."""
    here = catalog.get(table, Table)
    for parent in here.parents if here is not None else ():
        yield parent
        yield from _above(parent, catalog)
