"""What comes before what, by what PostgreSQL recorded and what each kind knows."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.fact import Fact
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import Constraint
from server.engines.catalog.kinds.schema import Schema
from server.engines.catalog.kinds.sequence import Sequence as SequenceFact
from server.engines.catalog.kinds.table import Table
from server.engines.migration.context import Context
from server.engines.migration.fates import AnyChange, Fates
from server.engines.migration.kind import nothing
from server.engines.migration.namespaces import bearer, claims
from server.engines.migration.nodes import Edge, Node, Nodes
from server.engines.migration.registry import kind_of
from server.engines.migration.step import Verb
from server.engines.migration.type_family import is_type, needed_by_parts, within

_READS_ROWS = frozenset({"view", "materialized_view", "trigger", "rule", "policy"})


@dataclass(frozen=True)
class Edges:
    """What comes before what among all that is done."""

    nodes: Nodes

    @property
    def _context(self) -> Context:
        return self.nodes.context

    @property
    def _fates(self) -> Fates:
        return self.nodes.fates

    @property
    def _old(self) -> Catalog:
        return self.nodes.context.old

    @property
    def _new(self) -> Catalog:
        return self.nodes.context.new

    def __iter__(self) -> Iterator[Edge]:
        """Yield what comes before what, also of nodes that the statement of another one does."""
        for node in self.nodes.all:
            verb, identity = node
            match verb:
                case Verb.DROP if self.nodes.is_privilege_of_created(identity):
                    yield Node(Verb.CREATE, identity.of or identity), node
                case Verb.DROP:
                    yield from self._edges_of_drop(node)
                case Verb.ALTER:
                    yield from self._edges_of_alter(node)
                case Verb.PREPARE if identity in self._fates.altered:
                    yield node, Node(Verb.ALTER, identity)
                    yield from self._edges_of_preparation(node)
                case Verb.PREPARE:
                    yield from self._edges_of_building(node)
                case _:
                    yield from self._edges_of_creation(node)
        for former, identity in self.nodes.succeeded.items():
            yield Node(Verb.DROP, former), Node(Verb.CREATE, identity)
        yield from self._edges_of_names()

    def _edges_of_drop(self, node: Node) -> Iterator[Edge]:
        """Drop a thing before what it needs, and before what it needs is altered."""
        fact = self.nodes.old_facts[node.identity]
        host = self.nodes.old_facts[self.nodes.host(node).identity]
        first = {e for one in (fact, host) for e in kind_of(one).outlives(one, self._context)}
        for each in first:
            yield Node(Verb.DROP, each), node
            yield Node(Verb.ALTER, each), node
            if each not in self._fates.unmade:
                yield Node(Verb.CREATE, each), node
        for needed in {*_needs(self._old, fact)} - first:
            yield node, Node(Verb.DROP, needed)
            if needed.kind != SequenceFact.kind:
                yield node, Node(Verb.ALTER, needed)
        yield node, Node(Verb.CREATE, node.identity)

    def _edges_of_preparation(self, node: Node) -> Iterator[Edge]:
        """Prepare for what will be needed when that is there."""
        change = self._fates.altered[node.identity]
        for needed in _needs(self._new, change.new):
            yield Node(Verb.CREATE, needed), node

    def _edges_of_building(self, node: Node) -> Iterator[Edge]:
        """Build a thing when all that it needs is there as it shall be."""
        fact = self._new.facts[node.identity]
        if kind_of(fact).build is nothing:
            return
        yield node, Node(Verb.CREATE, node.identity)
        for needed in _needs(self._new, fact):
            built = self._built_with(needed)
            if built is not None:
                # Both are ready before either takes its place.
                yield Node(Verb.PREPARE, built), node
                yield node, Node(Verb.CREATE, built)
                continue
            yield Node(Verb.CREATE, needed), node
            if not _serves_meanwhile(needed):
                yield Node(Verb.ALTER, needed), node

    def _built_with(self, identity: Identity) -> Identity | None:
        """Return what is built beside its predecessor: the object, or what it is a part of."""
        fact = self._new.facts.get(identity)
        candidates = (identity, fact.parent if fact is not None else None)
        built = (e for e in candidates if e and self.nodes.actions.get(Node(Verb.PREPARE, e)))
        return next((each for each in built if each in self._fates.made), None)

    def _edges_of_alter(self, node: Node) -> Iterator[Edge]:
        """Alter a thing when what it will need is there, and before what it needed is gone."""
        change = self._fates.altered[node.identity]
        old, new = self._old, self._new
        for needed in (*_needs(new, change.new), *needed_by_parts(change.new, new)):
            yield Node(Verb.CREATE, needed), node
            if not _serves_meanwhile(needed):
                yield Node(Verb.ALTER, needed), node
        # What is granted from the start comes with the new object, and says nothing of the old one.
        is_of_new = self.nodes.is_privilege_of_created(node.identity)
        before = () if is_of_new else (*_needs(old, change.old), *needed_by_parts(change.old, old))
        for needed in before:
            yield node, Node(Verb.DROP, needed)
            if node.identity.kind == Column.kind and is_type(old.facts.get(needed)):
                yield Node(Verb.ALTER, needed), node
        for rebuilt in kind_of(change.new).rebuilds(change, self._context):
            yield Node(Verb.DROP, rebuilt), node
            yield node, Node(Verb.CREATE, rebuilt)
        yield from self._edges_of_rework(node, change)
        yield from self._edges_of_waiting(node, change.new)

    def _edges_of_rework(self, node: Node, change: AnyChange) -> Iterator[Edge]:
        """Say and build what is of something that an alteration makes anew when it is there."""
        new = self._new
        for reworked in kind_of(change.new).reworks(change, self._context):
            parts = (each.identity for each in new.parts(reworked))
            for user in (*parts, *(each.dependent for each in new.dependents(reworked))):
                yield node, Node(Verb.CREATE, user)
                yield node, Node(Verb.ALTER, user)
                if user in self._fates.made:
                    yield node, Node(Verb.PREPARE, user)

    def _edges_of_waiting(self, node: Node, fact: Fact) -> Iterator[Edge]:
        kind = kind_of(fact)
        waits = kind.needs if node.verb is Verb.CREATE else kind.awaits
        for awaited in waits(fact, self._context):
            for verb in (Verb.DROP, Verb.ALTER, Verb.CREATE, Verb.FINISH):
                yield Node(verb, awaited), node

    def _edges_of_creation(self, node: Node) -> Iterator[Edge]:
        """Create a thing when all that it needs is there as it shall be; finish it afterwards."""
        verb, identity = node
        if verb is Verb.FINISH:
            yield Node(Verb.CREATE, identity), node
        yield from self._edges_of_waiting(node, self._new.facts[identity])
        for needed in _needs(self._new, self._new.facts[identity]):
            yield Node(Verb.CREATE, needed), node
            if not _serves_meanwhile(needed):
                yield Node(Verb.ALTER, needed), node
        if verb is Verb.CREATE:
            for table in self._refilled_before(self._new.facts[identity]):
                yield Node(Verb.FINISH, table), node

    def _refilled_before(self, fact: Fact) -> Iterator[Identity]:
        """Yield the tables whose rows have to be back: it reads them, or would act on them."""
        is_foreign_key = isinstance(fact, Constraint) and fact.references is not None
        if is_foreign_key or fact.kind in _READS_ROWS:
            for needed in _needs(self._new, fact):
                if needed.kind == Table.kind and needed in self._fates.rebuilt:
                    yield needed

    def _edges_of_names(self) -> Iterator[Edge]:
        """Free a name before something else takes it."""
        freed: defaultdict[object, list[Node]] = defaultdict(list)
        for identity in self._fates.unmade:
            fact = self.nodes.old_facts[identity]
            for claim in claims(fact):
                freed[claim] += (Node(Verb.DROP, identity), Node(Verb.ALTER, bearer(fact)))
        for identity in self._fates.made:
            fact = self._new.facts[identity]
            for freeing in (each for claim in claims(fact) for each in freed.get(claim, ())):
                for verb in (Verb.CREATE, Verb.ALTER):
                    yield freeing, Node(verb, bearer(fact))


def _needs(catalog: Catalog, fact: Fact) -> Iterator[Identity]:
    """Yield what an object cannot be without; parents count as needed by their parts."""
    if fact.parent is not None:
        yield fact.parent
    for dependency in catalog.dependencies_of(fact.identity):
        yield dependency.referenced
        # A part may stand for the whole: who needs a column needs its table, too.
        whole = catalog.facts.get(dependency.referenced)
        if whole is not None and whole.parent is not None and whole.parent != fact.identity:
            yield whole.parent
    yield from within(fact, catalog)


def _serves_meanwhile(identity: Identity) -> bool:
    """Whether altering it means nothing to what needs it, so that this need not wait for it."""
    return identity.kind in {Table.kind, Schema.kind, SequenceFact.kind}
