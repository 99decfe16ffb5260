"""What a plan does, as nodes that wait for each other by what PostgreSQL recorded."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.fact import Fact
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import Constraint
from server.engines.catalog.kinds.default_privilege import DefaultPrivilege
from server.engines.catalog.kinds.privilege import Privilege
from server.engines.catalog.kinds.routine import Routine
from server.engines.catalog.kinds.schema import Schema
from server.engines.catalog.kinds.sequence import Sequence as SequenceFact
from server.engines.catalog.kinds.table import Table
from server.engines.migration.action import Action, Mode
from server.engines.migration.context import Context
from server.engines.migration.fates import AnyChange, Fates, is_taken_along
from server.engines.migration.kind import nothing
from server.engines.migration.namespaces import bearer, claims
from server.engines.migration.order import ordered, postponed
from server.engines.migration.registry import kind_of
from server.engines.migration.step import Step, Verb
from server.engines.migration.type_family import is_type, needed_by_parts, within

_LATE = 1_000
"""Added to the rank of what should come after all that can come before it."""
_BEHIND_ROUTINES = 99
"""The least rank of what calls routines: behind theirs, and that of aggregates and operators."""
_APART = frozenset({Mode.OUTSIDE, Mode.FRESH, Mode.ALONE})
_READS_ROWS = frozenset({"view", "materialized_view", "trigger", "rule", "policy"})


class Node(NamedTuple):
    """One thing that is done to one object."""

    verb: Verb
    identity: Identity

    def __str__(self) -> str:
        return f"{self.verb} {self.identity}"


Edge = tuple[Node, Node]


@dataclass(frozen=True)
class Graph:
    """All that is done, from what becomes of every object."""

    context: Context
    fates: Fates
    old_facts: Mapping[Identity, Fact]
    """The facts before, and what PostgreSQL grants on created objects by itself."""

    apart: frozenset[Identity] = frozenset()
    """What would go with something else, and has to be dropped before it."""

    def steps(self) -> tuple[Step, ...]:
        """Return the steps in their order.

        Raises:
            CycleError: names what waits for each other.
        """
        nodes = [
            node for node in self._nodes if self.host(node) == node and not self._is_idle(node)
        ]
        edges = ((self.host(one), self.host(other)) for one, other in self.edges())
        known = set(nodes)
        inside = ((one, other) for one, other in edges if one in known and other in known)
        inside = tuple(inside)
        order = postponed(ordered(nodes, inside, self._preference), inside, self._is_rebuilding)
        contracting = self._contracting(order, inside)
        return tuple(
            Step(
                sql=action.sql,
                verb=node.verb,
                subject=node.identity,
                mode=action.mode,
                hazards=action.hazards,
                phase=1 if place < contracting else 2,
            )
            for place, node in enumerate(order)
            for action in self._actions[node]
        )

    def _is_idle(self, node: Node) -> bool:
        """Whether a change comes about by itself, so that nothing has to wait for it."""
        return node.verb in {Verb.ALTER, Verb.PREPARE} and not self._actions[node]

    def _is_rebuilding(self, node: Node) -> bool:
        given_way = node.identity in self.fates.rebuilt or node.identity in self._succeeded
        return node.verb is Verb.DROP and given_way

    @cached_property
    def _succeeded(self) -> Mapping[Identity, Identity]:
        """What is dropped right before something else takes its place, and what that is."""
        return {
            former: identity
            for identity in self.fates.made
            for former in self._predecessors(identity)
        }

    def _predecessors(self, identity: Identity) -> Iterable[Identity]:
        fact = self.context.new.facts[identity]
        return kind_of(fact).succeeds(fact, self.context)

    def _contracting(self, order: Sequence[Node], edges: Iterable[Edge]) -> int:
        """Return the place from which on programs must not use the old form any more."""
        contractions = {node for node in order if self._is_contraction(node)}
        first = set(contractions)
        away = [(one, other) for one, other in edges if self._is_rebuilding(one)]
        while more := {one for one, other in away if other in first} - first:
            # What is dropped only for these goes with them, however far it hangs below.
            first |= more
        return min((place for place, node in enumerate(order) if node in first), default=len(order))

    def _is_contraction(self, node: Node) -> bool:
        if node.verb is Verb.FINISH:
            fact = self.context.new.facts[node.identity]
            return kind_of(fact).follows_deploy(fact, self.context)
        preparation = Node(Verb.PREPARE, node.identity)
        return node.verb is Verb.ALTER and bool(self._actions.get(preparation))

    @cached_property
    def _nodes(self) -> Mapping[Node, None]:
        fates = self.fates
        found = [
            *(Node(Verb.DROP, each) for each in fates.unmade),
            *(Node(Verb.ALTER, each) for each in fates.altered),
            *(Node(Verb.PREPARE, each) for each in fates.altered),
            *(Node(Verb.PREPARE, each) for each in fates.made),
            *(Node(Verb.CREATE, each) for each in fates.made),
            *(Node(Verb.FINISH, each) for each in fates.made),
        ]
        return dict.fromkeys(sorted(found, key=lambda node: (node.identity.order, node.verb)))

    @cached_property
    def _actions(self) -> Mapping[Node, tuple[Action, ...]]:
        return {node: tuple(self._written(node)) for node in self._nodes}

    def _written(self, node: Node) -> Iterable[Action]:
        context, identity = self.context, node.identity
        if self.host(node) != node:
            return ()
        match node.verb:
            case Verb.DROP:
                old = self.old_facts[identity]
                return kind_of(old).drop(old, context)
            case Verb.ALTER:
                change = self.fates.altered[identity]
                return kind_of(change.new).alter(change, context) or ()
            case Verb.PREPARE:
                return self._prepared(identity)
            case Verb.CREATE:
                new = context.new.facts[identity]
                return () if identity in context.folded else kind_of(new).create(new, context)
            case Verb.FINISH:
                new = context.new.facts[identity]
                return () if identity in context.folded else kind_of(new).finish(new, context)
            case _:
                raise ValueError(f"no node does this: {node.verb}")

    def _prepared(self, identity: Identity) -> Iterable[Action]:
        change = self.fates.altered.get(identity)
        if change is not None:
            return kind_of(change.new).prepare(change, self.context)
        new = self.context.new.facts[identity]
        return () if identity in self.context.folded else kind_of(new).build(new, self.context)

    def host(self, node: Node) -> Node:
        """Return the node whose statement does this, too: the parent's, or the node itself."""
        return self._hosts.get(node, node)

    @cached_property
    def _hosts(self) -> Mapping[Node, Node]:
        return {node: host for node in self._nodes if (host := self._found_host(node)) != node}

    def _found_host(self, node: Node) -> Node:
        verb, identity = node
        if verb in {Verb.CREATE, Verb.FINISH} and identity in self.context.folded:
            fact = self.context.new.facts[identity]
            host = kind_of(fact).folds_into(fact)
            return node if host is None else self._found_host(Node(Verb.CREATE, host))
        if verb is Verb.DROP and not self._goes_by_itself(identity):
            taker = is_taken_along(self.old_facts[identity], self.context.old, self.context.dropped)
            return node if taker is None else self._found_host(Node(verb, taker))
        if verb in {Verb.ALTER, Verb.PREPARE} and identity in self.fates.altered:
            change = self.fates.altered[identity]
            leader = kind_of(change.new).led_by(change, self.context)
            return Node(verb, leader) if leader in self.fates.altered else node
        return node

    def _goes_by_itself(self, identity: Identity) -> bool:
        return self._is_privilege_of_created(identity) or identity in self.apart

    def _is_privilege_of_created(self, identity: Identity) -> bool:
        return identity.kind == Privilege.kind and self.context.is_created(identity.of)

    def edges(self) -> Iterator[Edge]:
        """Yield what comes before what, also of nodes that the statement of another one does."""
        for node in self._nodes:
            verb, identity = node
            match verb:
                case Verb.DROP if self._is_privilege_of_created(identity):
                    yield Node(Verb.CREATE, identity.of or identity), node
                case Verb.DROP:
                    yield from self._edges_of_drop(node)
                case Verb.ALTER:
                    yield from self._edges_of_alter(node)
                case Verb.PREPARE if identity in self.fates.altered:
                    yield node, Node(Verb.ALTER, identity)
                    yield from self._edges_of_preparation(node)
                case Verb.PREPARE:
                    yield from self._edges_of_building(node)
                case _:
                    yield from self._edges_of_creation(node)
        for former, identity in self._succeeded.items():
            yield Node(Verb.DROP, former), Node(Verb.CREATE, identity)
        yield from self._edges_of_names()

    def _edges_of_drop(self, node: Node) -> Iterator[Edge]:
        """Drop a thing before what it needs, and before what it needs is altered."""
        fact, host = self.old_facts[node.identity], self.old_facts[self.host(node).identity]
        first = {e for one in (fact, host) for e in kind_of(one).outlives(one, self.context)}
        for each in first:
            yield Node(Verb.DROP, each), node
            yield Node(Verb.ALTER, each), node
            if each not in self.fates.unmade:
                yield Node(Verb.CREATE, each), node
        for needed in {*_needs(self.context.old, fact)} - first:
            yield node, Node(Verb.DROP, needed)
            if needed.kind != SequenceFact.kind:
                yield node, Node(Verb.ALTER, needed)
        yield node, Node(Verb.CREATE, node.identity)

    def _edges_of_preparation(self, node: Node) -> Iterator[Edge]:
        """Prepare for what will be needed when that is there."""
        change = self.fates.altered[node.identity]
        for needed in _needs(self.context.new, change.new):
            yield Node(Verb.CREATE, needed), node

    def _edges_of_building(self, node: Node) -> Iterator[Edge]:
        """Build a thing when all that it needs is there as it shall be."""
        fact = self.context.new.facts[node.identity]
        if kind_of(fact).build is nothing:
            return
        yield node, Node(Verb.CREATE, node.identity)
        for needed in _needs(self.context.new, fact):
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
        fact = self.context.new.facts.get(identity)
        candidates = (identity, fact.parent if fact is not None else None)
        built = (e for e in candidates if e and self._actions.get(Node(Verb.PREPARE, e)))
        return next((each for each in built if each in self.fates.made), None)

    def _edges_of_alter(self, node: Node) -> Iterator[Edge]:
        """Alter a thing when what it will need is there, and before what it needed is gone."""
        change = self.fates.altered[node.identity]
        old, new = self.context.old, self.context.new
        for needed in (*_needs(new, change.new), *needed_by_parts(change.new, new)):
            yield Node(Verb.CREATE, needed), node
            if not _serves_meanwhile(needed):
                yield Node(Verb.ALTER, needed), node
        # What is granted from the start comes with the new object, and says nothing of the old one.
        is_of_new = self._is_privilege_of_created(node.identity)
        before = () if is_of_new else (*_needs(old, change.old), *needed_by_parts(change.old, old))
        for needed in before:
            yield node, Node(Verb.DROP, needed)
            if node.identity.kind == Column.kind and is_type(old.facts.get(needed)):
                yield Node(Verb.ALTER, needed), node
        for rebuilt in kind_of(change.new).rebuilds(change, self.context):
            yield Node(Verb.DROP, rebuilt), node
            yield node, Node(Verb.CREATE, rebuilt)
        yield from self._edges_of_rework(node, change)
        yield from self._edges_of_waiting(node, change.new)

    def _edges_of_rework(self, node: Node, change: AnyChange) -> Iterator[Edge]:
        """Say and build what is of something that an alteration makes anew when it is there."""
        new = self.context.new
        for reworked in kind_of(change.new).reworks(change, self.context):
            parts = (each.identity for each in new.parts(reworked))
            for user in (*parts, *(each.dependent for each in new.dependents(reworked))):
                yield node, Node(Verb.CREATE, user)
                yield node, Node(Verb.ALTER, user)
                if user in self.fates.made:
                    yield node, Node(Verb.PREPARE, user)

    def _edges_of_waiting(self, node: Node, fact: Fact) -> Iterator[Edge]:
        kind = kind_of(fact)
        waits = kind.needs if node.verb is Verb.CREATE else kind.awaits
        for awaited in waits(fact, self.context):
            for verb in (Verb.DROP, Verb.ALTER, Verb.CREATE, Verb.FINISH):
                yield Node(verb, awaited), node

    def _edges_of_creation(self, node: Node) -> Iterator[Edge]:
        """Create a thing when all that it needs is there as it shall be; finish it afterwards."""
        verb, identity = node
        if verb is Verb.FINISH:
            yield Node(Verb.CREATE, identity), node
        yield from self._edges_of_waiting(node, self.context.new.facts[identity])
        for needed in _needs(self.context.new, self.context.new.facts[identity]):
            yield Node(Verb.CREATE, needed), node
            if not _serves_meanwhile(needed):
                yield Node(Verb.ALTER, needed), node
        if verb is Verb.CREATE:
            for table in self._refilled_before(self.context.new.facts[identity]):
                yield Node(Verb.FINISH, table), node

    def _refilled_before(self, fact: Fact) -> Iterator[Identity]:
        """Yield the tables whose rows have to be back: it reads them, or would act on them."""
        is_foreign_key = isinstance(fact, Constraint) and fact.references is not None
        if is_foreign_key or fact.kind in _READS_ROWS:
            for needed in _needs(self.context.new, fact):
                if needed.kind == Table.kind and needed in self.fates.rebuilt:
                    yield needed

    def _edges_of_names(self) -> Iterator[Edge]:
        """Free a name before something else takes it."""
        freed: defaultdict[object, list[Node]] = defaultdict(list)
        for identity in self.fates.unmade:
            fact = self.old_facts[identity]
            for claim in claims(fact):
                freed[claim] += (Node(Verb.DROP, identity), Node(Verb.ALTER, bearer(fact)))
        for identity in self.fates.made:
            fact = self.context.new.facts[identity]
            for freeing in (each for claim in claims(fact) for each in freed.get(claim, ())):
                for verb in (Verb.CREATE, Verb.ALTER):
                    yield freeing, Node(verb, bearer(fact))

    def _preference(self, node: Node) -> tuple[object, ...]:
        fact = (
            self.old_facts[node.identity]
            if node.verb is Verb.DROP
            else self.context.new.facts[node.identity]
        )
        rank = kind_of(fact).rank
        if node in self._calling:
            rank = max(rank, _BEHIND_ROUTINES)
        return (
            self._lateness(node),
            -rank if node.verb is Verb.DROP else rank,
            node.identity.order,
        )

    @cached_property
    def _calling(self) -> frozenset[Node]:
        """What is created with expressions that call routines which are created, too.

        The bodies of those may call others, of which PostgreSQL takes no note.
        """
        made, new = self.fates.made, self.context.new
        routines = (each for each in made if each.kind == Routine.kind)
        callers = (each.dependent for routine in routines for each in new.dependents(routine))
        return frozenset(self.host(Node(Verb.CREATE, each)) for each in callers if each in made)

    def _lateness(self, node: Node) -> int:
        """Put what destroys last, what runs alone or long before it, and drops first.

        What makes way outside a transaction does so before all that makes way inside one, so that
        this comes back in the transaction in which it went.
        """
        actions = self._actions[node]
        if node.identity.kind == DefaultPrivilege.kind:
            # What is created before gets what the old ones say, and is granted the rest.
            return _LATE + 4
        if any(hazard.kind.is_loss for each in actions for hazard in each.hazards):
            return _LATE + 3
        if self._is_contraction(node):
            return _LATE + 2
        is_apart = any(each.mode in _APART for each in actions)
        if is_apart and self._is_away_meanwhile(node):
            return -1
        if is_apart or self._gives_way(node):
            return _LATE + self._gives_way(node)
        return {Verb.DROP: 0}.get(node.verb, 1)

    def _is_away_meanwhile(self, node: Node) -> bool:
        """Whether nothing is made ready beside what is dropped to be created again."""
        return self._is_rebuilding(node) and not self._actions.get(
            Node(Verb.PREPARE, node.identity)
        )

    def _gives_way(self, node: Node) -> bool:
        """Whether one thing takes the place of another when both are ready."""
        if node.verb is Verb.CREATE:
            return any(self._predecessors(node.identity))
        return node.verb is Verb.DROP and kind_of(self.old_facts[node.identity]).lingers(
            self.old_facts[node.identity], self.context
        )


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
