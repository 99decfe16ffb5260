"""Finds the rule for a kind of node; a rule is added by writing it, in the file of its subject."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pglast import ast

from server.engines.sql.vetting.verdict import Verdict

Node = TypeVar("Node", bound=ast.Node)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a statement is not run at all, and what its author can do."""

    reason: str
    next_step: str


@dataclass(frozen=True, slots=True)
class Context:
    """What a rule knows besides its node: the statement's text and the roles it names."""

    sql: str
    roles: frozenset[str]


Decision = Callable[[Any, Context], Verdict | Refusal]
Ban = Callable[[Any], Refusal | None]

DECISIONS: dict[type[ast.Node], Decision] = {}
BANS: dict[type[ast.Node], Ban] = {}


def decides(
    *kinds: type[Node],
) -> Callable[
    [Callable[[Node, Context], Verdict | Refusal]], Callable[[Node, Context], Verdict | Refusal]
]:
    """Register a rule that decides about statements of these kinds."""

    def register(
        rule: Callable[[Node, Context], Verdict | Refusal],
    ) -> Callable[[Node, Context], Verdict | Refusal]:
        DECISIONS.update(dict.fromkeys(kinds, rule))
        return rule

    return register


def bans(
    *kinds: type[Node],
) -> Callable[[Callable[[Node], Refusal | None]], Callable[[Node], Refusal | None]]:
    """Register a rule that looks at nodes of these kinds wherever they stand in a statement."""

    def register(rule: Callable[[Node], Refusal | None]) -> Callable[[Node], Refusal | None]:
        BANS.update(dict.fromkeys(kinds, rule))
        return rule

    return register
