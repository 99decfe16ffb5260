"""Serial columns: their default takes the next number of a sequence that they own."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from server.engines.analysis.free_name import free_name
from server.engines.analysis.population import columns
from server.engines.analysis.relation import relation_of
from server.engines.analysis.scope import Scope
from server.engines.analysis.statement import grantees, name
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import ConstraintType
from server.engines.catalog.kinds.default import Default
from server.engines.catalog.kinds.sequence import Sequence
from server.engines.catalog.kinds.table import Table
from server.engines.sql.quote import identifier, literal

LARGEST = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}
"""The types that an identity column can have, and how far they count."""
_COUNTS = re.compile(r"nextval\('(?:[^']|'')+'::regclass\)")
_IDENTITY_OF_PARTITIONED_SINCE = 17


class Serial(NamedTuple):
    """A column and the sequence that it owns and counts with."""

    column: Column
    sequence: Sequence


def serials(scope: Scope) -> Iterator[Serial]:
    """Yield every serial column; a partition's is its parent's."""
    owned = {each.owned_by: each for each in scope.catalog.of(Sequence) if each.owned_by}
    for column in columns(scope):
        sequence = owned.get(column.identity)
        if sequence is not None and _counts_with(column, sequence, scope):
            yield Serial(column, sequence)


def is_in_primary_key(column: Column, scope: Scope) -> bool:
    """Tell whether a column is one of its table's primary key."""
    return any(
        each.type is ConstraintType.PRIMARY_KEY and column.identity.name in each.columns
        for each in scope.catalog.constraints(relation_of(column))
    )


def is_foreign_key(column: Column, scope: Scope) -> bool:
    """Tell whether a column points at another table."""
    return any(
        each.type is ConstraintType.FOREIGN_KEY and column.identity.name in each.columns
        for each in scope.catalog.constraints(relation_of(column))
    )


def others_counting(serial: Serial, scope: Scope) -> list[Identity]:
    """Return what else needs the sequence; defaults of partitions go along with their parent's."""
    dependents = {each.dependent for each in scope.catalog.dependents(serial.sequence.identity)}
    own = Identity(Default.kind, serial.column.identity.names)
    parts = {own, *_defaults_of_partitions(serial, scope)}
    return sorted(each for each in dependents - parts if each.of != serial.sequence.identity)


def to_identity(serial: Serial, scope: Scope) -> str:
    """Return how to make an identity column of it that goes on counting where it stands.

    Empty where the sequence serves others, too, or the table's partitions cannot have one.
    """
    table = scope.catalog.get(relation_of(serial.column), Table)
    can_have = table is not None and (
        not table.is_partitioned or scope.catalog.major >= _IDENTITY_OF_PARTITIONED_SINCE
    )
    if not can_have or others_counting(serial, scope) or not _fits(serial):
        return ""
    return "\n".join(_exchange(serial, scope))


def _counts_with(column: Column, sequence: Sequence, scope: Scope) -> bool:
    default = scope.catalog.default(column.identity)
    if default is None or _COUNTS.fullmatch(default.expression) is None:
        return False
    needed = scope.catalog.dependencies_of(default.identity)
    return any(each.referenced == sequence.identity for each in needed)


def _defaults_of_partitions(serial: Serial, scope: Scope) -> Iterator[Identity]:
    waiting = [relation_of(serial.column)]
    while waiting:
        parent = waiting.pop()
        for each in scope.catalog.dependents(parent):
            table = scope.catalog.get(each.dependent, Table)
            if table is not None and table.is_partition and parent in table.parents:
                waiting.append(table.identity)
                names = (*table.identity.names, serial.column.identity.name)
                yield Identity(Default.kind, names)


def _fits(serial: Serial) -> bool:
    """Tell whether an identity column could count as far as the sequence says."""
    return serial.sequence.maximum <= LARGEST.get(serial.column.type_name, 0)


def _exchange(serial: Serial, scope: Scope) -> Iterator[str]:
    table, old = name(relation_of(serial.column)), serial.sequence.identity
    column = f"ALTER TABLE {table} ALTER COLUMN {identifier(serial.column.identity.name)}"
    taken = scope.names_taken.get(old.names[0], frozenset())
    retired = Identity(Sequence.kind, (old.names[0], free_name((old.name,), "retired", taken)))
    yield "BEGIN;"
    yield f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE;"
    yield f"{column} DROP DEFAULT;"
    yield f"ALTER SEQUENCE {name(old)} OWNED BY NONE;"
    yield f"ALTER SEQUENCE {name(old)} RENAME TO {identifier(retired.name)};"
    yield f"{column} ADD GENERATED BY DEFAULT AS IDENTITY (SEQUENCE NAME {_options(serial)});"
    # ruff: ignore[hardcoded-sql-expression] - both names are quoted
    yield f"SELECT setval({literal(name(old))}, last_value, is_called) FROM {name(retired)};"
    yield from _grants(serial, scope)
    yield f"DROP SEQUENCE {name(retired)};"
    yield "COMMIT;"


def _options(serial: Serial) -> str:
    own = serial.sequence
    cycle = "CYCLE" if own.is_cycling else "NO CYCLE"
    return (
        f"{name(own.identity)} INCREMENT BY {own.increment} MINVALUE {own.minimum} "
        f"MAXVALUE {own.maximum} START WITH {own.start} CACHE {own.cache} {cycle}"
    )


def _grants(serial: Serial, scope: Scope) -> Iterator[str]:
    """Grant on the new sequence what others had on the old one."""
    sequence = serial.sequence.identity
    owner = scope.catalog.owner(sequence)
    for each in scope.catalog.privileges(sequence):
        if each.grantee != owner:
            rights = ", ".join(sorted(each.privileges))
            yield f"GRANT {rights} ON SEQUENCE {name(sequence)} TO {grantees([each.grantee])};"
