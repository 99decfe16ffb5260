"""The objects that several checks examine; a partition is judged through its parent."""

from collections.abc import Iterator

from server.engines.analysis.check import Scope
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.catalog.kinds.index import Index
from server.engines.catalog.kinds.policy import Policy
from server.engines.catalog.kinds.routine import Routine
from server.engines.catalog.kinds.table import Table


def tables(scope: Scope) -> Iterator[Table]:
    """Yield every table that is no partition: what holds for a partition its parent decides."""
    return (table for table in scope.catalog.of(Table) if not table.is_partition)


def columns(scope: Scope) -> Iterator[Column]:
    """Yield every column that its own table declares, partitions and inherited ones left out."""
    for table in tables(scope):
        yield from (each for each in scope.catalog.columns(table.identity) if not each.is_inherited)


def indexes(scope: Scope) -> Iterator[Index]:
    """Yield every index that is not the part of a partitioned one in a partition."""
    return (each for each in scope.catalog.of(Index) if each.partition_of is None)


def constraints(scope: Scope) -> Iterator[Constraint]:
    """Yield every constraint that its own table declares, parts in partitions left out."""
    return (
        each for each in scope.catalog.of(Constraint) if each.is_local and not each.partition_of
    )


def primary_keys(scope: Scope) -> Iterator[Constraint]:
    """Yield every primary key that is not the part of one in a partition."""
    return (each for each in constraints(scope) if each.type is ConstraintType.PRIMARY_KEY)


def foreign_keys(scope: Scope) -> Iterator[Constraint]:
    """Yield every foreign key that is not the part of one in a partition."""
    return (each for each in constraints(scope) if each.type is ConstraintType.FOREIGN_KEY)


def policies(scope: Scope) -> Iterator[Policy]:
    """Yield every row security policy."""
    yield from scope.catalog.of(Policy)


def definer_routines(scope: Scope) -> Iterator[Routine]:
    """Yield every routine that runs with its owner's rights."""
    return (each for each in scope.catalog.of(Routine) if each.is_security_definer)
