"""Columns that stand there twice for a while: what they are called, and what is over them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.fact import Fact
from server.engines.catalog.free_name import free_name
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.catalog.kinds.index import Index
from server.engines.catalog.kinds.table import Table
from server.engines.migration.context import Context
from server.engines.migration.hazard import Hazard
from server.engines.sql.other_names import TypeNames, with_other_names
from server.engines.sql.quote import identifier

NEW = "new"
"""What the name of a thing ends with while it stands beside the one that it replaces."""


@dataclass(frozen=True, slots=True)
class Doubled:
    """One column, as it was and as it will be."""

    old: Column
    new: Column
    table: Identity
    context: Context
    hazards: tuple[Hazard, ...] = ()
    """What converting its values puts at risk."""

    @property
    def name(self) -> str:
        """The name of the column while it stands beside the old one."""
        taken = {
            each.identity.name
            for catalog in (self.context.old, self.context.new)
            for each in catalog.columns(self.table)
        }
        return free_name((self.new.identity.name,), NEW, taken)

    @property
    def beside(self) -> str:
        """The same as SQL quotes it."""
        return identifier(self.name)

    @property
    def column(self) -> Column:
        """The new column under the name that it has meanwhile."""
        names = (*self.table.names, self.name)
        return replace(self.new, identity=Identity(Column.kind, names))


@dataclass(frozen=True, slots=True)
class Expansion:
    """Columns that are doubled together, because a key, an index or a check is over several."""

    columns: tuple[Doubled, ...]
    context: Context
    types: TypeNames = field(default_factory=dict[tuple[str, str], tuple[str, str]])
    """Types that have another name meanwhile, by what they are called before and after."""

    @property
    def leader(self) -> Identity:
        """The column whose steps are those of all."""
        return self.columns[0].new.identity

    @property
    def identities(self) -> frozenset[Identity]:
        """The columns that are there twice."""
        return frozenset(each.old.identity for each in self.columns)

    @property
    def tables(self) -> tuple[Identity, ...]:
        """The tables of the columns, each once."""
        return tuple(dict.fromkeys(each.table for each in self.columns))

    def of(self, table: Identity) -> tuple[Doubled, ...]:
        """Return the columns of one table."""
        return tuple(each for each in self.columns if each.table == table)

    def names(self, table: Identity) -> Mapping[str, str]:
        """Return the names of a table's columns and those that they have beside them."""
        return {each.old.identity.name: each.name for each in self.of(table)}

    def text(self, expression: str, table: Identity) -> str:
        """Return what an expression says, said of the columns beside."""
        return with_other_names(expression, self.names(table), self.types)

    def held(self) -> tuple[Constraint | Index, ...]:
        """Return the constraints and indexes that are over any of the columns, and stay."""
        found = {
            fact.identity: fact
            for each in self.columns
            for fact in holding(each.old.identity, self.context)
        }
        return tuple(found.values())


def holding(column: Identity, context: Context) -> Iterator[Constraint | Index]:
    """Yield the constraints and indexes that are over a column, unless the plan drops them."""
    for dependency in context.old.dependents(column):
        fact = context.old.facts.get(dependency.dependent)
        if not isinstance(fact, Constraint | Index) or context.is_dropped(fact.identity):
            continue
        yield fact
        if isinstance(fact, Constraint) and fact.type is not ConstraintType.FOREIGN_KEY:
            index = None if fact.index is None else context.old.get(fact.index, Index)
            yield from () if index is None else (index,)


def columns_of(fact: Fact, catalog: Catalog) -> frozenset[Identity]:
    """Return the columns, of whatever table, that a constraint or an index is over."""
    match fact:
        case Constraint(references=Identity() as other, parent=Identity() as own):
            return _columns(own, fact.columns) | _columns(other, fact.referenced_columns)
        case Constraint(parent=Identity() as own):
            return _columns(own, fact.columns)
        case Index(parent=Identity() as own):
            needed = (each.referenced for each in catalog.dependencies_of(fact.identity))
            mentioned = frozenset(each for each in needed if each.kind == Column.kind)
            names = (*(name for name in fact.key_columns if name), *fact.included_columns)
            return _columns(own, names) | mentioned
        case _:
            return frozenset()


def _columns(table: Identity, names: tuple[str, ...]) -> frozenset[Identity]:
    return frozenset(Identity(Column.kind, (*table.names, name)) for name in names)


def constraint_beside(name: str, table: Identity, context: Context) -> str:
    """Return what a constraint is called while it stands beside the one that it replaces."""
    taken = {
        each.identity.name
        for catalog in (context.old, context.new)
        for each in catalog.constraints(table)
    }
    return free_name((name,), NEW, taken)


def is_table_plain(table: Identity | None, context: Context) -> bool:
    """Whether a table stands by itself: no partitions, no heirs, nothing that it comes from."""
    both = [each.get(table, Table) if table else None for each in (context.old, context.new)]
    is_part = any(
        each is None or each.is_partitioned or each.parents or each.of_type for each in both
    )
    return not is_part and not any(table in each.parents for each in context.old.of(Table))
