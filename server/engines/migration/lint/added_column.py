"""Why PostgreSQL writes a whole table anew when a column is added."""

from collections.abc import Iterator
from enum import StrEnum

from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.domain import Domain
from server.engines.catalog.kinds.domain_constraint import DomainConstraint
from server.engines.migration.backfill import is_volatile
from server.engines.migration.context import Context
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.script import Script, part
from server.engines.sql.facts.forms import ChangeKind, NewColumn


class Cause(StrEnum):
    """What gives each row a value of its own, or demands a look at it."""

    DEFAULT = "volatile default"
    GENERATED = "generated"
    NUMBERED = "numbered"
    DOMAIN = "domain with constraints"


def rewriting(
    examined: Examined, script: Script, cause: Cause
) -> Iterator[tuple[Identity, Identity]]:
    """Yield the tables that were written anew, with the new column that is to blame."""
    for table, change in script.changes(examined, ChangeKind.ADD_COLUMN):
        if change.column is None or not script.has_rewritten(examined, table):
            continue
        column = part(Column.kind, table, change.name)
        if _cause(change.column, column, script) is cause:
            yield table, column


def _cause(new: NewColumn, column: Identity, script: Script) -> Cause | None:
    if new.has_sequence:
        return Cause.NUMBERED
    if new.is_generated:
        return Cause.GENERATED
    default = script.after.default(column)
    if default is not None and is_volatile(default, Context(script.before, script.after)):
        return Cause.DEFAULT
    return Cause.DOMAIN if _has_checked_domain(column, script) else None


def _has_checked_domain(column: Identity, script: Script) -> bool:
    fact = script.after.get(column, Column)
    return fact is not None and any(
        domain.identity.qualified_name == fact.type
        and script.after.children(domain.identity, DomainConstraint)
        for domain in script.after.of(Domain)
    )
