"""What a table of the source demands of its rows once it is what the target has."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.catalog.kinds.domain import Domain
from server.engines.catalog.kinds.domain_constraint import DomainConstraint
from server.engines.catalog.kinds.table import PartitionStrategy, Table
from server.engines.migration.partitions import hashed, with_tables
from server.engines.migration.proof.seed.demands import Check, Key, Reference, Renames, TableName
from server.engines.migration.proof.seed.solve import about_column

_BY_HASH = "satisfies_hash_partition("
_TEXT = re.compile(r"'(?:[^']|'')*'")
_NAME = re.compile(r'"(?:[^"]|"")+"|[a-zA-Z_]\w*')


@dataclass(frozen=True)
class Future:
    """What a schema becomes; `bounds` are what partitions of the target demand, as SQL."""

    source: Catalog
    target: Catalog
    renames: Renames = field(default_factory=Renames)
    bounds: Mapping[TableName, str] = field(default_factory=dict[TableName, str])

    @cached_property
    def domains(self) -> Mapping[str, Domain]:
        """The domains of the target, as types are printed."""
        return {one.identity.qualified_name: one for one in self.target.of(Domain)}

    def bound(self, partition: Identity) -> str:
        """Return what a partition of the target demands, empty where the source cannot tell.

        Whether a row is one of a hash is asked of the table itself that is split by it.
        """
        text = self.bounds.get(partition.names, "")
        table = self.target.get(partition, Table)
        if table is None or _BY_HASH not in text:
            return text
        wholes = [self.before.get(each) for each in hashed(table, self.target)]
        here = [each for each in wholes if each is not None and self._is_hashed(each)]
        return with_tables(text, here) if len(here) == len(wholes) else ""

    def _is_hashed(self, identity: Identity) -> bool:
        table = self.source.get(identity, Table)
        return table is not None and table.partition_strategy is PartitionStrategy.HASH

    @cached_property
    def before(self) -> Mapping[Identity, Identity]:
        """The tables of the source, by what the target calls them."""
        return {self.renames.of(one.identity): one.identity for one in self.source.of(Table)}


@dataclass(frozen=True, slots=True)
class Later:
    """One table of the source, and what it becomes.

    Conditions about a column that has another name then are left out by whoever uses them.
    """

    table: Table
    future: Future

    @property
    def identity(self) -> Identity:
        """What the target calls the table."""
        return self.future.renames.of(self.table.identity)

    def requires(self, column: Column) -> bool:
        """Whether the column refuses NULL then."""
        later = self._column(column)
        return later is not None and (
            later.is_not_null
            or any(one.type is ConstraintType.NOT_NULL for one in self._of_domains(later))
        )

    def checks(self) -> Iterator[Check]:
        """Yield its conditions, those of its partition's bounds and of its columns' domains."""
        yield from checks_of(self.future.target.constraints(self.identity))
        yield from self.bounds()
        for column in self.future.source.columns(self.table.identity):
            name, later = column.identity.name, self._column(column)
            for one in self._of_domains(later) if later is not None else ():
                if one.expression:
                    expression = about_column(name, one.expression)
                    yield Check(one.identity.name, expression, frozenset((name,)))

    def bounds(self) -> Iterator[Check]:
        """Yield what lets all rows stay with the table where it is split, or becomes a part."""
        target = self.future.target
        later = target.get(self.identity, Table)
        if later is None:
            return
        if later.is_partition:
            yield from self._bound(self.future.bound(self.identity))
        if later.is_partitioned and not self.table.is_partitioned:
            leaves = [self.future.bound(each) for each in _leaves(later, target)]
            if leaves and all(leaves):
                yield from self._bound(" OR ".join(f"({each})" for each in leaves))
        elif later.is_partitioned and self._has_default():
            for leaf in self._new_leaves(later):
                yield from self._bound(f"NOT ({self.future.bound(leaf) or 'false'})")

    def keys(self) -> Iterator[Key]:
        """Yield the columns of which no two rows may then have the same values."""
        for index in self.future.target.indexes(self.identity):
            columns = tuple(name for name in index.key_columns if name is not None)
            if index.is_unique and index.predicate is None and len(columns) == len(index.keys):
                yield Key(columns, index.is_nulls_not_distinct)

    def references(self, required: frozenset[str]) -> Iterator[Reference]:
        """Yield its foreign keys, by the names of the source."""
        for one in self.future.target.constraints(self.identity):
            if is_foreign_key(one) and self._has(self.table.identity, one.columns):
                yield Reference(
                    one.columns,
                    self._before(one),
                    one.referenced_columns,
                    required.issuperset(one.columns),
                )

    def _before(self, key: Constraint) -> TableName | None:
        """Return the table that a key refers to, if the source has it and its columns."""
        table = None if key.references is None else self.future.before.get(key.references)
        if table is None or not self._has(table, key.referenced_columns):
            return None
        return table.names

    def _has(self, table: Identity, columns: Iterable[str]) -> bool:
        return {each.identity.name for each in self.future.source.columns(table)}.issuperset(
            columns
        )

    def _column(self, column: Column) -> Column | None:
        return self.future.target.get(self.future.renames.of(column.identity), Column)

    def _of_domains(self, column: Column) -> Iterator[DomainConstraint]:
        """Yield the constraints of the domain that a column is of, and of those below it."""
        domain = self.future.domains.get(column.type)
        while domain is not None:
            yield from self.future.target.children(domain.identity, DomainConstraint)
            domain = self.future.domains.get(domain.base_type)

    def _bound(self, expression: str) -> Iterator[Check]:
        if expression:
            yield condition(expression, self.table, self.future.source)

    def _has_default(self) -> bool:
        """Whether a partition takes all rows that fit no other."""
        return any(
            each.partition_bound == "DEFAULT"
            for leaf in _leaves(self.table, self.future.source)
            for each in [self.future.source.get(leaf, Table)]
            if each is not None
        )

    def _new_leaves(self, later: Table) -> Iterator[Identity]:
        known = {self.future.renames.of(each) for each in _leaves(self.table, self.future.source)}
        return (each for each in _leaves(later, self.future.target) if each not in known)


def condition(expression: str, table: Table, catalog: Catalog) -> Check:
    """Return a condition on those columns of a table that it names."""
    named = {_bare(name) for name in _NAME.findall(_TEXT.sub("", expression))}
    columns = {each.identity.name for each in catalog.columns(table.identity)}
    return Check("", expression, frozenset(named & columns))


def checks_of(constraints: Iterable[Constraint]) -> Iterator[Check]:
    """Yield the conditions among constraints."""
    for one in constraints:
        if one.type is ConstraintType.CHECK and one.expression and one.is_enforced:
            yield Check(one.identity.name, one.expression, frozenset(one.columns))


def is_foreign_key(constraint: Constraint) -> bool:
    """Whether rows must be found in another table."""
    return constraint.type is ConstraintType.FOREIGN_KEY and constraint.is_enforced


def _leaves(table: Table, catalog: Catalog) -> Iterator[Identity]:
    """Yield the partitions that hold rows."""
    for each in catalog.of(Table):
        if each.is_partition and table.identity in each.parents:
            if each.is_partitioned:
                yield from _leaves(each, catalog)
            else:
                yield each.identity


def _bare(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name
