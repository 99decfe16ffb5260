"""The steps of a plan in their order: what is done, as nodes that wait for each other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from server.engines.catalog.kinds.default_privilege import DefaultPrivilege
from server.engines.catalog.kinds.routine import Routine
from server.engines.migration.action import Mode
from server.engines.migration.edges import Edges
from server.engines.migration.nodes import Edge, Node, Nodes
from server.engines.migration.order import ordered, postponed
from server.engines.migration.registry import kind_of
from server.engines.migration.step import Step, Verb

_LATE = 1_000
"""Added to the rank of what should come after all that can come before it."""
_BEHIND_ROUTINES = 99
"""The least rank of what calls routines: behind theirs, and that of aggregates and operators."""
_APART = frozenset({Mode.OUTSIDE, Mode.FRESH, Mode.ALONE})


@dataclass(frozen=True)
class Graph:
    """All that is done, and the order in which a plan does it."""

    nodes: Nodes

    def steps(self) -> tuple[Step, ...]:
        """Return the steps in their order.

        Raises:
            CycleError: names what waits for each other.
        """
        host, is_rebuilding = self.nodes.host, self.nodes.is_rebuilding
        shown = [node for node in self.nodes.all if host(node) == node and not self._is_idle(node)]
        known = set(shown)
        edges = ((host(one), host(other)) for one, other in Edges(self.nodes))
        inside = tuple((one, other) for one, other in edges if one in known and other in known)
        order = postponed(ordered(shown, inside, self._preference), inside, is_rebuilding)
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
            for action in self.nodes.actions[node]
        )

    def _is_idle(self, node: Node) -> bool:
        """Whether a change comes about by itself, so that nothing has to wait for it."""
        return node.verb in {Verb.ALTER, Verb.PREPARE} and not self.nodes.actions[node]

    def _contracting(self, order: Sequence[Node], edges: Iterable[Edge]) -> int:
        """Return the place from which on programs must not use the old form any more."""
        contractions = {node for node in order if self._is_contraction(node)}
        first = set(contractions)
        away = [(one, other) for one, other in edges if self.nodes.is_rebuilding(one)]
        while more := {one for one, other in away if other in first} - first:
            # What is dropped only for these goes with them, however far it hangs below.
            first |= more
        return min((place for place, node in enumerate(order) if node in first), default=len(order))

    def _is_contraction(self, node: Node) -> bool:
        if node.verb is Verb.FINISH:
            fact = self.nodes.context.new.facts[node.identity]
            return kind_of(fact).follows_deploy(fact, self.nodes.context)
        preparation = Node(Verb.PREPARE, node.identity)
        return node.verb is Verb.ALTER and bool(self.nodes.actions.get(preparation))

    def _preference(self, node: Node) -> tuple[object, ...]:
        fact = (
            self.nodes.old_facts[node.identity]
            if node.verb is Verb.DROP
            else self.nodes.context.new.facts[node.identity]
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
        made, new = self.nodes.fates.made, self.nodes.context.new
        routines = (each for each in made if each.kind == Routine.kind)
        callers = (each.dependent for routine in routines for each in new.dependents(routine))
        calling = (Node(Verb.CREATE, each) for each in callers if each in made)
        return frozenset(map(self.nodes.host, calling))

    def _lateness(self, node: Node) -> int:
        """Put what destroys last, what runs alone or long before it, and drops first.

        What makes way outside a transaction does so before all that makes way inside one, so that
        this comes back in the transaction in which it went.
        """
        actions = self.nodes.actions[node]
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
        return self.nodes.is_rebuilding(node) and not self.nodes.actions.get(
            Node(Verb.PREPARE, node.identity)
        )

    def _gives_way(self, node: Node) -> bool:
        """Whether one thing takes the place of another when both are ready."""
        if node.verb is Verb.CREATE:
            return any(self.nodes.predecessors(node.identity))
        return node.verb is Verb.DROP and kind_of(self.nodes.old_facts[node.identity]).lingers(
            self.nodes.old_facts[node.identity], self.nodes.context
        )
