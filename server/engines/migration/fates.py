"""What becomes of every object: created, altered, dropped, or dropped and created again."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.dependency import DependencyType
from server.engines.catalog.diff import Added, Changed, Difference, Removed
from server.engines.catalog.fact import Fact
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.catalog.kinds.extension import Extension
from server.engines.catalog.kinds.foreign_server import ForeignServer
from server.engines.catalog.kinds.foreign_table import ForeignTable
from server.engines.catalog.kinds.owner import Owner
from server.engines.catalog.kinds.privilege import Privilege
from server.engines.catalog.kinds.schema import Schema
from server.engines.catalog.kinds.table import Table
from server.engines.migration.context import Change, Context
from server.engines.migration.handed_down import same_below
from server.engines.migration.inheritance import above
from server.engines.migration.registry import kind_of
from server.engines.migration.typed_tables import attribute_of
from server.errors import RefusedError

AnyChange = Change[Any]
_SETTLED_APART = frozenset({Privilege.kind, Owner.kind})
# What PostgreSQL does not drop before its parts are gone.
_LEAVES_PARTS = Schema | Extension | ForeignServer
_TAKES_ALONG = frozenset(
    {
        DependencyType.AUTOMATIC,
        DependencyType.INTERNAL,
        DependencyType.PARTITION_PRIMARY,
        DependencyType.PARTITION_SECONDARY,
    }
)


@dataclass(slots=True)
class Fates:
    """Identities by what becomes of them; nobody is in two of the sets."""

    created: set[Identity] = field(default_factory=set[Identity])
    dropped: set[Identity] = field(default_factory=set[Identity])
    rebuilt: set[Identity] = field(default_factory=set[Identity])
    altered: dict[Identity, AnyChange] = field(default_factory=dict[Identity, AnyChange])

    @property
    def made(self) -> frozenset[Identity]:
        """Everything that is created, anew or again."""
        return frozenset(self.created | self.rebuilt)

    @property
    def unmade(self) -> frozenset[Identity]:
        """Everything that is dropped, for good or to be created again."""
        return frozenset(self.dropped | self.rebuilt)


def settle(differences: Iterable[Difference], context: Context) -> Fates:
    """Decide about everything that differs, and about what stands in its way.

    Raises:
        RefusedError: something would have to be dropped that holds rows, to change something else.
    """
    fates = Fates()
    changed: list[AnyChange] = []
    for difference in differences:
        match difference:
            case Added(new):
                fates.created.add(new.identity)
            case Removed(old):
                fates.dropped.add(old.identity)
            case Changed(old, new, fields):
                changed.append(Change(old, new, fields))
    _Settling(fates, context).run(changed)
    return fates


@dataclass(slots=True)
class _Settling:
    """Spreads what has to be rebuilt until nothing more follows from it."""

    fates: Fates
    context: Context
    waiting: deque[Identity] = field(default_factory=deque[Identity])

    def run(self, changed: Iterable[AnyChange]) -> None:
        """Settle the changed objects, then whatever depends on what is dropped."""
        for change in changed:
            self.fates.altered[change.new.identity] = change
        self.waiting.extend(self.fates.dropped)
        self._spread()
        self._touch()
        while self._demote():
            self._spread()

    def _touch(self) -> None:
        """Alter what has to change with something else although nothing differs about it."""
        old, new, fates = self.context.old, self.context.new, self.fates
        context = self._context()
        for identity in (*fates.created, *fates.altered):
            fact = new.facts[identity]
            for other in kind_of(fact).touches(fact, context):
                if other in old and other in new and other not in fates.unmade:
                    change = Change(old.facts[other], new.facts[other], ())
                    fates.altered.setdefault(other, change)

    def _demote(self) -> bool:
        """Move what cannot be altered to what is rebuilt; True if anything moved."""
        before = known = len(self.fates.rebuilt)
        context = self._context()
        for identity, change in list(self.fates.altered.items()):
            kind = kind_of(change.new)
            if known != len(self.fates.rebuilt):
                known, context = len(self.fates.rebuilt), self._context()
            if kind.alter(change, context) is None:
                self._rebuild(identity, identity)
            else:
                for other in kind.rebuilds(change, context):
                    if other in self.context.new and other in self.context.old:
                        self._rebuild(other, identity)
        return len(self.fates.rebuilt) > before

    def _context(self) -> Context:
        return replace(self.context, created=self.fates.made, dropped=self.fates.unmade)

    def _spread(self) -> None:
        while self.waiting:
            identity = self.waiting.popleft()
            for dependent in self._affected(identity):
                self._rebuild(dependent, identity)

    def _rebuild(self, identity: Identity, cause: Identity) -> None:
        fates = self.fates
        if identity in fates.rebuilt or identity in fates.dropped or identity in fates.created:
            return
        _refuse_loss(self.context.old, identity, cause)
        fates.altered.pop(identity, None)
        fates.rebuilt.add(identity)
        self.waiting.append(identity)

    def _affected(self, identity: Identity) -> Iterator[Identity]:
        """Yield what cannot stay while an object is dropped."""
        old, new = self.context.old, self.context.new
        for part in old.parts(identity):
            # What was granted is compared with what PostgreSQL grants on the new object.
            if part.identity in new and part.kind not in _SETTLED_APART:
                yield part.identity
        for dependency in old.dependents(identity):
            dependent = dependency.dependent
            if dependent in new and not self._lets_go(dependent, identity):
                yield dependent
        if identity in self.fates.rebuilt:
            fact = old.facts[identity]
            holding = kind_of(fact).held_by(fact, self.context)
            yield from (each for each in holding if each in new)

    def _lets_go(self, dependent: Identity, referenced: Identity) -> bool:
        """Whether altering the dependent takes its dependency away before the drop."""
        if dependent not in self.fates.altered:
            return False
        new = self.context.new
        needs = {each.referenced for each in new.dependencies_of(dependent)}
        # Who needs another column of a view that is made anew needs the view.
        wholes = {new.facts[each].parent for each in needs if each in new}
        return not {referenced, self.context.old.facts[referenced].parent} & self._away(
            needs | wholes
        )

    def _away(self, identities: Iterable[Identity | None]) -> frozenset[Identity | None]:
        away = (self.fates.rebuilt, self.fates.dropped)
        return frozenset(each for each in identities if any(each in some for some in away))


def is_taken_along(fact: Fact, catalog: Catalog, unmade: frozenset[Identity]) -> Identity | None:
    """Return what takes an object along when it is dropped, None where nothing does."""
    parent = fact.parent
    if parent in unmade and not isinstance(catalog.facts.get(parent), _LEAVES_PARTS):
        return parent
    if isinstance(fact, Column) and not fact.is_local:
        for column in above(fact, catalog):
            if column.identity in unmade:
                return column.identity
    if isinstance(fact, Column) and (attribute := attribute_of(fact, catalog)) in unmade:
        return attribute
    if _leaves_those_of_heirs(fact, catalog):
        return None
    takers = {
        dependency.referenced
        for dependency in catalog.dependencies_of(fact.identity)
        if dependency.type in _TAKES_ALONG and dependency.referenced in unmade
    }
    return min(takers, key=lambda taker: _place(taker, catalog), default=None)


def _leaves_those_of_heirs(fact: Fact, catalog: Catalog) -> bool:
    """Whether it would go with its column, and those by which heirs demand the same would not."""
    if not isinstance(fact, Constraint) or fact.type is not ConstraintType.CHECK:
        return False
    return any(same_below(fact, catalog))


def _place(taker: Identity, catalog: Catalog) -> tuple[object, ...]:
    """Return the place in one order, in which columns can go with all that they take along.

    If two indexes on the same two columns went with one each, each would have to go before the
    other. A generated column goes before those that it is made of.
    """
    column = catalog.get(taker, Column)
    is_generated = column is not None and column.generated_mode is not None
    return not is_generated, taker.order


def _refuse_loss(old: Catalog, identity: Identity, cause: Identity) -> None:
    """Refuse to drop a table or column that nobody asked to change."""
    fact = old.facts[identity]
    holds_rows = isinstance(fact, Table) or (
        isinstance(fact, Column)
        and fact.generated_mode is None
        and not isinstance(old.facts.get(fact.parent or identity), ForeignTable)
    )
    goes_with_table = fact.parent == cause and cause.kind == Table.kind
    if holds_rows and identity != cause and not goes_with_table:
        raise RefusedError(
            f"Changing {cause} would take dropping and creating {identity}, which holds rows.",
            next_step="Split the change: move the table off it first, in a migration of its own.",
        )
