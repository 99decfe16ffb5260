"""Parts that would go with their whole, and hold on to something that has to go before it.

A policy may look into a view of the table that it protects: it would go with the table, which
cannot go before the view, which cannot go before the policy. So the policy goes first, by itself;
and so do foreign keys between tables that reference each other.
"""

from dataclasses import replace

from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.catalog.kinds.default import Default
from server.engines.catalog.kinds.index import Index
from server.engines.catalog.kinds.policy import Policy
from server.engines.catalog.kinds.statistics import Statistics
from server.engines.catalog.kinds.trigger import Trigger
from server.engines.migration.edges import Edges
from server.engines.migration.graph import Graph
from server.engines.migration.nodes import Node, Nodes
from server.engines.migration.order import CycleError
from server.engines.migration.step import Step, Verb


def arranged(nodes: Nodes) -> tuple[Step, ...]:
    """Return the steps in their order, with as many parts apart as that takes.

    Raises:
        CycleError: no part that can go before its whole has to do with what waits for each other.
    """
    try:
        return Graph(nodes).steps()
    except CycleError as circle:
        looser = _loosened(nodes, circle.circular)
        if looser.apart == nodes.apart:
            raise
    return arranged(looser)


def _loosened(nodes: Nodes, circular: frozenset[object]) -> Nodes:
    held = (
        node.identity
        for edge in Edges(nodes)
        for node, other in (edge, edge[::-1])
        if _can_go_first(node, nodes)
        and nodes.host(node) != nodes.host(other)
        and {nodes.host(node), nodes.host(other)} <= circular
    )
    return replace(nodes, apart=nodes.apart.union(held))


def _can_go_first(node: Node, nodes: Nodes) -> bool:
    if node.verb is not Verb.DROP or nodes.host(node) == node:
        return False
    fact = nodes.old_facts[node.identity]
    if isinstance(fact, Constraint):
        # NOT NULL may be a key's, which has to go before.
        return fact.type is not ConstraintType.NOT_NULL
    return isinstance(fact, Policy | Default | Trigger | Index | Statistics)
