"""The migration that rules look at: both schemas, and every statement in its order."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.fact import Fact
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.aggregate import Aggregate
from server.engines.catalog.kinds.composite_type import CompositeType
from server.engines.catalog.kinds.domain import Domain
from server.engines.catalog.kinds.enum_type import EnumType
from server.engines.catalog.kinds.foreign_table import ForeignTable
from server.engines.catalog.kinds.index import Index
from server.engines.catalog.kinds.materialized_view import MaterializedView
from server.engines.catalog.kinds.range_type import RangeType
from server.engines.catalog.kinds.routine import Routine
from server.engines.catalog.kinds.sequence import Sequence as NumberSequence
from server.engines.catalog.kinds.table import Table
from server.engines.catalog.kinds.view import View
from server.engines.migration.lint.examined import Examined, key
from server.engines.migration.step import LockMode
from server.engines.sql.facts.forms import (
    AddEnumValue,
    AlterRelation,
    Change,
    ChangeKind,
    ConstraintForm,
    Name,
    NewConstraint,
)

_RELATIONS = (Table, View, MaterializedView, ForeignTable, NumberSequence, Index, CompositeType)
_TYPES = (CompositeType, Domain, EnumType, RangeType)
_IN_TABLE = frozenset(("column", "constraint", "policy", "rule", "trigger"))
_ROUTINES = frozenset(("routine", "aggregate"))
_WITH_ROWS = (Table, MaterializedView)

Names = Mapping[tuple[str, str], Identity]


@dataclass(frozen=True, eq=False)
class Script:
    """A migration, the schema before it and the schema after it; the maps are made once."""

    before: Catalog
    after: Catalog
    statements: tuple[Examined, ...]
    created: Mapping[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    """By schema and name, the number of the statement that created a relation."""

    def existing(self, examined: Examined, name: Name) -> Identity | None:
        """Return the relation that a name means, if it was there before the migration."""
        found = _resolved(name, examined.search_path, self._relations)
        if found is None or self._is_new(found, examined):
            return None
        return found

    def existing_type(self, examined: Examined, name: Name) -> Identity | None:
        """Return the type or domain that a name means, if it was there before the migration."""
        return _resolved(name, examined.search_path, self._types)

    def current(self, examined: Examined, name: Name) -> Identity | None:
        """Return the relation that a name means afterwards."""
        return _resolved(name, examined.search_path, self._relations_after)

    def changes(self, examined: Examined, *kinds: ChangeKind) -> Iterator[tuple[Identity, Change]]:
        """Yield the parts of ALTER TABLE that are of a kind, with the relation that was there."""
        if not isinstance(examined.form, AlterRelation):
            return
        wanted = [change for change in examined.form.changes if change.kind in kinds]
        relation = self.existing(examined, examined.form.relation) if wanted else None
        if relation is not None:
            yield from ((relation, change) for change in wanted)

    def added(
        self, examined: Examined, *forms: ConstraintForm
    ) -> Iterator[tuple[Identity, NewConstraint]]:
        """Yield the constraints of these forms that ALTER TABLE adds to what was there."""
        for table, change in self.changes(examined, ChangeKind.ADD_CONSTRAINT):
            if change.constraint is not None and change.constraint.form in forms:
                yield table, change.constraint

    def object_named(self, examined: Examined, kind: str, name: Name) -> Identity | None:
        """Return what a name means that stands beside the word for its kind."""
        if kind in _IN_TABLE:
            table = self.existing(examined, name[:-1])
            found = None if table is None else part(kind, table, name[-1])
        elif kind in _ROUTINES:
            found = self._routine(examined, name)
        elif len(name) == 1 and Identity(kind, name) in self.before:
            found = Identity(kind, name)
        else:
            found = self.existing(examined, name) or self.existing_type(examined, name)
        return found if found in self.before else None

    def earlier_additions(self, examined: Examined) -> Sequence[tuple[Examined, AddEnumValue]]:
        """Return the values that enums got earlier in the same transaction."""
        if examined.transaction is None:
            return ()
        return [
            (each, form)
            for each, form in self._enum_additions
            if each.transaction == examined.transaction and each.number < examined.number
        ]

    def has_scanned(self, examined: Examined, relation: Identity) -> bool:
        """Whether all rows of a table, or of one of its partitions, were read."""
        return self._touches(relation, examined.observation.scanned)

    def has_rewritten(self, examined: Examined, relation: Identity) -> bool:
        """Whether a table, or one of its partitions, was written anew."""
        return self._touches(relation, examined.observation.rewritten)

    def locked(self, examined: Examined, least: LockMode) -> Mapping[Identity, LockMode]:
        """Return the tables with rows that the statement locked at least so strongly."""
        found = ((self._by_key.get(one), mode) for one, mode in examined.observation.locks.items())
        return {
            relation: mode
            for relation, mode in found
            if relation is not None and mode.strength >= least.strength
        }

    def earlier(self, examined: Examined) -> Iterator[Examined]:
        """Yield the statements before it in the same transaction, the last one first."""
        if examined.transaction is None:
            return
        for number in range(examined.number - 1, -1, -1):
            if self.statements[number].transaction != examined.transaction:
                return
            yield self.statements[number]

    def held(self, examined: Examined, least: LockMode) -> Mapping[Identity, LockMode]:
        """Return the strong locks that its transaction held before it."""
        held: dict[Identity, LockMode] = {}
        for each in self.earlier(examined):
            for relation, mode in self.locked(each, least).items():
                if relation not in held or mode.strength > held[relation].strength:
                    held[relation] = mode
        return held

    def partitions(self, table: Identity) -> frozenset[Identity]:
        """Return a table with its partitions and heirs, and theirs."""
        found, waiting = set[Identity](), [table]
        while waiting:
            here = waiting.pop()
            found.add(here)
            waiting.extend(each for each in self._children.get(here, ()) if each not in found)
        return frozenset(found)

    def _touches(self, relation: Identity, keys: frozenset[str]) -> bool:
        return bool(keys) and any(key(each) in keys for each in self.partitions(relation))

    def _is_new(self, relation: Identity, examined: Examined) -> bool:
        made = self.created.get((relation.names[0], relation.names[-1]))
        return made is not None and made < examined.number

    def _routine(self, examined: Examined, name: Name) -> Identity | None:
        schemas = name[:-1] or examined.search_path
        return next(
            (
                each.identity
                for kind in (Routine, Aggregate)
                for each in self.before.of(kind)
                if each.identity.names[0] in schemas and each.identity.name == name[-1]
            ),
            None,
        )

    @cached_property
    def _enum_additions(self) -> tuple[tuple[Examined, AddEnumValue], ...]:
        forms = ((each, each.form) for each in self.statements)
        return tuple((each, form) for each, form in forms if isinstance(form, AddEnumValue))

    @cached_property
    def _relations(self) -> Names:
        return _named(self.before, _RELATIONS)

    @cached_property
    def _relations_after(self) -> Names:
        return _named(self.after, _RELATIONS)

    @cached_property
    def _types(self) -> Names:
        return _named(self.before, _TYPES)

    @cached_property
    def _by_key(self) -> Mapping[str, Identity]:
        facts = (fact for kind in _WITH_ROWS for fact in self.before.of(kind))
        return {key(fact.identity): fact.identity for fact in facts}

    @cached_property
    def _children(self) -> Mapping[Identity, tuple[Identity, ...]]:
        found: defaultdict[Identity, list[Identity]] = defaultdict(list)
        for table in self.before.of(Table):
            for parent in table.parents:
                found[parent].append(table.identity)
        return {parent: tuple(tables) for parent, tables in found.items()}


def part(kind: str, relation: Identity, name: str) -> Identity:
    """Return the identity of a column, constraint, trigger or policy of a relation."""
    return Identity(kind, (*relation.names, name))


def _named(catalog: Catalog, kinds: Iterable[type[Fact]]) -> Names:
    facts = (fact for kind in kinds for fact in catalog.of(kind))
    return {(fact.identity.names[0], fact.identity.name): fact.identity for fact in facts}


def _resolved(name: Name, search_path: tuple[str, ...], names: Names) -> Identity | None:
    schemas = name[-2:-1] or search_path
    found = (names.get((schema, name[-1])) for schema in schemas) if name else ()
    return next((each for each in found if each is not None), None)
