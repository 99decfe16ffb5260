"""What is set on an index when it is there, because no definition says it."""

from collections.abc import Iterator

from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.index import Index
from server.engines.migration.relation import altered
from server.engines.sql.quote import identifier


def marks(index: Index) -> Iterator[str]:
    """Yield what its table is told of it."""
    if index.parent is None:
        raise ValueError(f"{index.identity} belongs to no relation")
    head, name = altered(index.parent), identifier(index.identity.name)
    if index.is_clustered:
        yield f"{head} CLUSTER ON {name}"
    if index.is_replica_identity:
        yield f"{head} REPLICA IDENTITY USING INDEX {name}"


def statistics(index: Index) -> Iterator[str]:
    """Yield how closely ANALYZE is to look at its expressions."""
    for number, key in enumerate(index.keys, start=1):
        if key.statistics_target is not None:
            yield statistics_of(index.identity, number, key.statistics_target)


def statistics_of(index: Identity, number: int, target: int | None) -> str:
    """Return the statement for one key, counted from 1; None means what is usual."""
    value = -1 if target is None else target
    return f"{altered(index)} ALTER COLUMN {number} SET STATISTICS {value}"
