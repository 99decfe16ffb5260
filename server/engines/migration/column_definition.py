"""A column as CREATE TABLE and ADD COLUMN take it."""

from collections.abc import Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.migration.backfill import is_filled_later, is_given
from server.engines.migration.context import Context
from server.engines.migration.foreign_options import options_clause
from server.engines.migration.identity_column import (
    identity_clause,
    is_numbered_apart,
    own_identity,
)
from server.engines.sql.quote import identifier


def column_definition(column: Column, context: Context) -> str:
    """Return the column as CREATE TABLE and ADD COLUMN take it, with what folds into it."""
    return " ".join([identifier(column.identity.name), column.type, *_clauses(column, context)])


def _clauses(column: Column, context: Context) -> Iterator[str]:
    if column.fdw_options:
        yield options_clause(column.identity, column.fdw_options).lstrip()
    if column.compression:
        yield f"COMPRESSION {column.compression}"
    if column.collation:
        yield f"COLLATE {column.collation}"
    if column.generation_expression is not None and column.generated_mode is not None:
        mode = column.generated_mode.upper()
        yield f"GENERATED ALWAYS AS ({column.generation_expression}) {mode}"
    is_numbered = own_identity(column, context.new) is not None
    if is_numbered and not is_numbered_apart(column, context):
        yield identity_clause(column, context.new)
    default = context.new.default(column.identity)
    if default is not None and default.identity in context.folded:
        yield f"DEFAULT {default.expression}"
    yield from _not_null(column, context)


def _not_null(column: Column, context: Context) -> Iterator[str]:
    is_later = is_filled_later(column, context) or is_given(column, context)
    if column.is_marked_not_null and not is_later:
        yield "NOT NULL"
    constraint = not_null_constraint(column, context.new)
    if constraint is None or constraint.identity not in context.folded:
        return
    if not _is_named_by_itself(constraint, context):
        yield f"CONSTRAINT {identifier(constraint.identity.name)}"
    yield "NOT NULL NO INHERIT" if constraint.is_no_inherit else "NOT NULL"


def _is_named_by_itself(constraint: Constraint, context: Context) -> bool:
    """Whether PostgreSQL chooses the name, which nothing else in the schema may have for that."""
    schema, table, name = constraint.identity.names
    is_usual = name == f"{table}_{constraint.columns[0]}_not_null"
    return is_usual and (schema, name) not in context.shared_names


def not_null_constraint(column: Column, catalog: Catalog) -> Constraint | None:
    """Return the constraint that refuses NULL in a column, where there is one as such."""
    if column.parent is None:
        return None
    own = (column.identity.name,)
    return next(
        (
            each
            for each in catalog.constraints(column.parent)
            if each.type is ConstraintType.NOT_NULL and each.columns == own
        ),
        None,
    )
