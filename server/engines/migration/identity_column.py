"""Identity columns: the clause that makes one, and how one begins and ends."""

from collections.abc import Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column, IdentityMode
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.catalog.kinds.sequence import Sequence
from server.engines.catalog.kinds.table import Table
from server.engines.migration.context import Context
from server.engines.migration.inheritance import heirs
from server.engines.sql.quote import identifier, literal, qualified

_COUNT = "'expansion.next_value'"
_PARTS_SINCE = 17
_LARGEST = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}
COUNTED = frozenset(_LARGEST)
"""The types of columns whose greatest value is a number that a sequence can go on from."""


def identity_clause(column: Column, catalog: Catalog) -> str:
    """Return `GENERATED … AS IDENTITY` with what is not PostgreSQL's own choice."""
    sequence = sequence_of(column, catalog)
    options = "" if sequence is None else " ".join(_options(column, sequence))
    mode = "ALWAYS" if column.identity_mode is IdentityMode.ALWAYS else "BY DEFAULT"
    return f"GENERATED {mode} AS IDENTITY{f' ({options})' if options else ''}"


def own_identity(column: Column, catalog: Catalog) -> IdentityMode | None:
    """Return the identity of a column, unless it is that of the partitioned table."""
    table = None if column.parent is None else catalog.get(column.parent, Table)
    return None if table is not None and table.is_partition else column.identity_mode


def is_numbered_apart(column: Column, context: Context) -> bool:
    """Whether a new column has to be there before it gets its identity.

    PostgreSQL hands an identity down to partitions, since 17, and to no other heirs.
    """
    if own_identity(column, context.new) is None or context.is_created(column.parent):
        return False
    table = None if column.parent is None else context.old.get(column.parent, Table)
    is_handed_down = table is not None and table.is_partitioned and context.major >= _PARTS_SINCE
    return not is_handed_down and any(heirs(column.parent, context.old))


def numbered_apart(column: Column, context: Context) -> Iterator[str]:
    """Yield what gives a new column its identity when heirs have got the column without one."""
    if is_numbered_apart(column, context):
        table, name = qualified(*column.identity.names[:2]), identifier(column.identity.name)
        yield f"ALTER TABLE {table} ALTER COLUMN {name} ADD {identity_clause(column, context.new)}"


def comes_with_identity(constraint: Constraint, context: Context) -> bool:
    """Whether a NOT NULL is made for a column that is there and begins to have an identity."""
    if constraint.type is not ConstraintType.NOT_NULL or constraint.parent is None:
        return False
    identity = Identity(Column.kind, (*constraint.parent.names, *constraint.columns))
    old, new = context.old.get(identity, Column), context.new.get(identity, Column)
    if old is None or new is None or context.is_created(identity):
        return False
    was_refused = any(
        each.type is ConstraintType.NOT_NULL
        and each.columns == constraint.columns
        and not context.is_dropped(each.identity)
        for each in context.old.constraints(constraint.parent)
    )
    begins = own_identity(new, context.new) and not own_identity(old, context.old)
    return bool(begins) and not was_refused


def sequence_of(column: Column, catalog: Catalog) -> Sequence | None:
    """Return the sequence that an identity column counts with."""
    return next(
        (
            each
            for each in catalog.of(Sequence)
            if each.owned_by == column.identity and each.is_of_identity_column
        ),
        None,
    )


def sequence_parameters(sequence: Sequence) -> Iterator[str]:
    """Yield the parameters that differ from what PostgreSQL chooses for the type."""
    up = sequence.increment > 0
    largest = _LARGEST[sequence.type]
    usual_minimum, usual_maximum = (1, largest) if up else (-largest - 1, -1)
    if sequence.increment != 1:
        yield f"INCREMENT BY {sequence.increment}"
    if sequence.minimum != usual_minimum:
        yield f"MINVALUE {sequence.minimum}"
    if sequence.maximum != usual_maximum:
        yield f"MAXVALUE {sequence.maximum}"
    if sequence.start != (sequence.minimum if up else sequence.maximum):
        yield f"START WITH {sequence.start}"
    if sequence.cache != 1:
        yield f"CACHE {sequence.cache}"
    if sequence.is_cycling:
        yield "CYCLE"


def identity_changes(head: str, old: Column, new: Column, context: Context) -> Iterator[str]:
    """Yield the statements, `head` being ALTER TABLE … ALTER COLUMN …, that change the mode.

    A new sequence goes on after the greatest value that is there.
    """
    if own_identity(new, context.new) is None:
        yield f"{head} DROP IDENTITY"
    elif own_identity(old, context.old) is None:
        yield f"{head} ADD {identity_clause(new, context.new)}"
        yield catch_up(new, context.new)
    else:
        mode = "ALWAYS" if new.identity_mode is IdentityMode.ALWAYS else "BY DEFAULT"
        yield f"{head} SET GENERATED {mode}"


def catch_up(column: Column, catalog: Catalog) -> str:
    """Return the statement that lets the column's sequence go on after its greatest value."""
    owned = (each for each in catalog.of(Sequence) if each.owned_by == column.identity)
    sequence = next(owned, None)
    table, name = qualified(*column.identity.names[:2]), column.identity.name
    start, largest = 1 if sequence is None else sequence.start, f"max({identifier(name)})"
    counter = f"pg_catalog.pg_get_serial_sequence({literal(table)}, {literal(name)})"
    if sequence is not None and not sequence.is_of_identity_column:
        # The one before may still be there, and be the column's, too.
        counter = literal(qualified(*sequence.identity.names))
    # ruff: ignore[hardcoded-sql-expression] - every name was quoted
    return (
        f"SELECT pg_catalog.setval({counter}, greatest({largest}, {start}), "
        f"coalesce({largest} >= {start}, false)) FROM {table}"
    )


def remember_count(sequence: Sequence) -> str:
    """Return the statement that notes the next value, for the transaction that drops the column."""
    table = qualified(*sequence.identity.names)
    following = f"last_value + CASE WHEN is_called THEN {sequence.increment} ELSE 0 END"
    # ruff: ignore[hardcoded-sql-expression] - the name was quoted
    return f"SELECT pg_catalog.set_config({_COUNT}, ({following})::text, true) FROM {table}"


def count_on(sequence: Sequence) -> str:
    """Return the statement that lets a sequence go on with the value noted before."""
    return (
        f"SELECT pg_catalog.setval({literal(qualified(*sequence.identity.names))}, "
        f"pg_catalog.current_setting({_COUNT})::bigint, false)"
    )


def _options(column: Column, sequence: Sequence) -> Iterator[str]:
    table, name = column.identity.names[1:]
    if sequence.identity.names != (column.identity.names[0], f"{table}_{name}_seq"):
        yield f"SEQUENCE NAME {qualified(*sequence.identity.names)}"
    yield from sequence_parameters(sequence)
