"""Rewrite rules."""

from dataclasses import dataclass
from typing import ClassVar

from server.engines.catalog.compare import Expression
from server.engines.catalog.fact import Coded, Fact
from server.engines.catalog.kinds.trigger import Enabled
from server.engines.catalog.reader import Reader, in_parent


class RuleEvent(Coded):
    """Which statement a rule rewrites."""

    SELECT = "select", "1"
    UPDATE = "update", "2"
    INSERT = "insert", "3"
    DELETE = "delete", "4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Fact):
    """A rule that somebody declared; the one that makes a view is the view."""

    kind: ClassVar[str] = "rule"

    event: RuleEvent
    is_instead: bool
    definition: Expression
    """What follows CREATE RULE and the name."""
    enabled: Enabled


READER = Reader(
    fact=Rule,
    catalog="pg_rewrite",
    parent="pg_class",
    naming=in_parent(Rule.kind),
    sql="""
SELECT oid, ev_class AS parent_oid, rulename AS name, ev_type AS event, is_instead,
  substr(pg_get_ruledef(oid), length('CREATE RULE  ') + length(quote_ident(rulename)))
    AS definition,
  ev_enabled AS enabled
FROM pg_rewrite
WHERE rulename <> '_RETURN' AND oid >= 16384
""",
)
