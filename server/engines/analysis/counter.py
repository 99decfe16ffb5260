"""Widening a column that counts up, together with whatever points at it."""

from collections.abc import Iterator, Sequence

from server.engines.analysis.generated import sequence_of
from server.engines.analysis.nullability import base_type, domain_of
from server.engines.analysis.relation import relation_of
from server.engines.analysis.retype import Remedy, retype
from server.engines.analysis.scope import Scope
from server.engines.analysis.statement import name
from server.engines.analysis.wording import named
from server.engines.catalog.kinds.column import Column

ENDS = {"smallint": 32_767, "integer": 2_147_483_647}
"""The largest value of the integer types that end before anybody's patience does."""


def pointing_at(column: Column, scope: Scope) -> tuple[Column, ...]:
    """Return the narrow columns that hold values of this one, directly or through another."""
    found = dict.fromkeys([column])
    waiting = [column]
    while waiting:
        new = [each for each in _directly(waiting.pop(), scope) if each not in found]
        found.update(dict.fromkeys(new))
        waiting.extend(new)
    return tuple(each for each in found if each is not column)


def widened(column: Column, pointing: Sequence[Column], scope: Scope) -> Remedy:
    """Return how to make bigints of a column, of its sequence and of what points at it."""
    remedies = list[Remedy]()
    for each in (column, *pointing):
        domain = domain_of(each, scope)
        if domain is not None:
            return Remedy("", f"Its type is the domain {named(domain.identity)}: make a wider one.")
        remedies.append(retype(each, scope, "bigint"))
        if not remedies[-1].fix:
            return remedies[-1]
    fixes = [remedy.fix for remedy in remedies]
    return Remedy("\n".join([*fixes, *_sequences(column, scope)]), remedies[0].advice)


def _directly(column: Column, scope: Scope) -> Iterator[Column]:
    for key in scope.foreign_keys_to.get(relation_of(column), ()):
        pairs = zip(key.columns, key.referenced_columns, strict=True)
        held_in = {own for own, other in pairs if other == column.identity.name}
        for each in scope.catalog.columns(relation_of(key)):
            if each.identity.name in held_in and base_type(each, scope) in ENDS:
                yield each


def _sequences(column: Column, scope: Scope) -> Iterator[str]:
    """Widen a sequence of its own; that of an identity column follows the column."""
    sequence = sequence_of(column, scope)
    if sequence is None or sequence.is_of_identity_column:
        return
    if sequence.type != "bigint":
        yield f"ALTER SEQUENCE {name(sequence.identity)} AS bigint;"
