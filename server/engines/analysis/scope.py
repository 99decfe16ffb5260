"""What checks look at: the catalog, what only the caller knows, and maps that many checks need."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from server.engines.analysis.predicate import required_columns
from server.engines.analysis.redundancy import Redundant, redundant_indexes
from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.catalog.kinds.index import Index
from server.engines.catalog.kinds.routine import Routine, Volatility
from server.engines.catalog.kinds.table import Table


@dataclass(frozen=True)
class Scope:
    """The catalog and the caller's knowledge; the maps are made once, when first needed."""

    catalog: Catalog
    exposed_schemas: frozenset[str] = frozenset()
    """Schemas whose tables clients reach directly; empty means that nobody said."""

    @cached_property
    def foreign_keys_to(self) -> Mapping[Identity, tuple[Constraint, ...]]:
        """The foreign keys that point to a table, those that partitions repeat left out."""
        found: defaultdict[Identity, list[Constraint]] = defaultdict(list)
        for constraint in self.catalog.of(Constraint):
            if constraint.references is not None and constraint.partition_of is None:
                found[constraint.references].append(constraint)
        return {table: tuple(keys) for table, keys in found.items()}

    @cached_property
    def children(self) -> Mapping[Identity, tuple[Table, ...]]:
        """The partitions of a table, and the tables that inherit from it."""
        found: defaultdict[Identity, list[Table]] = defaultdict(list)
        for table in self.catalog.of(Table):
            for parent in table.parents:
                found[parent].append(table)
        return {parent: tuple(tables) for parent, tables in found.items()}

    @cached_property
    def indexes_pointed_at(self) -> frozenset[Identity]:
        """The unique indexes that foreign keys stand on."""
        keys = (each for each in self.catalog.of(Constraint) if each.references is not None)
        return frozenset(key.index for key in keys if key.index is not None)

    @cached_property
    def redundant(self) -> Mapping[Identity, Redundant]:
        """The indexes that another one makes unnecessary."""
        by_relation: defaultdict[Identity, list[Index]] = defaultdict(list)
        for index in self.catalog.of(Index):
            if index.parent is not None:
                by_relation[index.parent].append(index)
        found = (each for group in by_relation.values() for each in redundant_indexes(group))
        return {each.index.identity: each for each in found}

    @cached_property
    def names_taken(self) -> Mapping[str, frozenset[str]]:
        """By schema, the names that a new relation cannot have."""
        taken: defaultdict[str, set[str]] = defaultdict(set)
        for schema, *names in (each.names for each in self.catalog.facts if len(each.names) > 1):
            taken[schema].update(names)
        return {schema: frozenset(names) for schema, names in taken.items()}

    @cached_property
    def columns_checked(self) -> Mapping[Identity, frozenset[str]]:
        """By table, the columns that a CHECK requires although they are not NOT NULL."""
        checked: defaultdict[Identity, set[str]] = defaultdict(set)
        for each in self.catalog.of(Constraint):
            holds = each.is_validated and each.is_enforced
            if each.type is ConstraintType.CHECK and holds and each.parent is not None:
                checked[each.parent] |= required_columns(each.expression)
        return {table: frozenset(names) for table, names in checked.items()}

    @cached_property
    def volatilities(self) -> Mapping[tuple[str, ...], frozenset[Volatility]]:
        """By schema and name, what the functions of that name promise about their results."""
        found: defaultdict[tuple[str, ...], set[Volatility]] = defaultdict(set)
        for routine in self.catalog.of(Routine):
            found[routine.identity.names].add(routine.volatility)
        return {names: frozenset(each) for names, each in found.items()}
