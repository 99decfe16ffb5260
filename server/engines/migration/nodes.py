"""What is done to which object, by which statement, and what makes way for what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from server.engines.catalog.fact import Fact
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.privilege import Privilege
from server.engines.migration.action import Action
from server.engines.migration.context import Context
from server.engines.migration.fates import Fates, is_taken_along
from server.engines.migration.registry import kind_of
from server.engines.migration.step import Verb


class Node(NamedTuple):
    """One thing that is done to one object."""

    verb: Verb
    identity: Identity

    def __str__(self) -> str:
        return f"{self.verb} {self.identity}"


Edge = tuple[Node, Node]


@dataclass(frozen=True)
class Nodes:
    """All that is done, from what becomes of every object."""

    context: Context
    fates: Fates
    old_facts: Mapping[Identity, Fact]
    """The facts before, and what PostgreSQL grants on created objects by itself."""

    apart: frozenset[Identity] = frozenset()
    """What would go with something else, and has to be dropped before it."""

    @cached_property
    def all(self) -> Mapping[Node, None]:
        """Every node, in an order that is the same in every process."""
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
    def actions(self) -> Mapping[Node, tuple[Action, ...]]:
        """The statements of each node; none for what another one says."""
        return {node: tuple(self._written(node)) for node in self.all}

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
        return {node: host for node in self.all if (host := self._found_host(node)) != node}

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
            if leader != identity and leader in self.fates.altered:
                return self._found_host(Node(verb, leader))
        return node

    def _goes_by_itself(self, identity: Identity) -> bool:
        return self.is_privilege_of_created(identity) or identity in self.apart

    def is_privilege_of_created(self, identity: Identity) -> bool:
        """Tell whether it is granted on something that the plan creates."""
        return identity.kind == Privilege.kind and self.context.is_created(identity.of)

    def is_rebuilding(self, node: Node) -> bool:
        """Tell whether it drops what comes again, or what something else takes the place of."""
        given_way = node.identity in self.fates.rebuilt or node.identity in self.succeeded
        return node.verb is Verb.DROP and given_way

    @cached_property
    def succeeded(self) -> Mapping[Identity, Identity]:
        """What is dropped right before something else takes its place, and what that is."""
        return {
            former: identity
            for identity in self.fates.made
            for former in self.predecessors(identity)
        }

    def predecessors(self, identity: Identity) -> Iterable[Identity]:
        """Yield what gives way to an object right before that takes its place."""
        fact = self.context.new.facts[identity]
        return kind_of(fact).succeeds(fact, self.context)
