"""Which tables hold the rows that stopped a statement, as far as its subject tells."""

from collections.abc import Iterable, Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.table import Table
from server.engines.migration.holders import holders
from server.engines.migration.proof.seed.demands import TableName
from server.engines.migration.proof.seed.later import Future
from server.engines.migration.step import Segment, Step


def stuck_at(number: int, segments: Iterable[Segment], future: Future) -> frozenset[TableName]:
    """Return the tables of the source that the step of this number is about, by their roots."""
    steps = [step for segment in segments for step in segment.steps]
    return frozenset(_tables(steps[number], future))


def _tables(step: Step, future: Future) -> Iterator[TableName]:
    for catalog, is_target in ((future.target, True), (future.source, False)):
        for table in _about(step.subject, catalog):
            before = future.before.get(table) if is_target else table
            if before is not None and before in future.source:
                yield _root(before, future.source).names


def _about(subject: Identity, catalog: Catalog) -> Iterator[Identity]:
    """Yield the table that an object is a part of, or those with values of a type."""
    fact = catalog.facts.get(subject.of or subject)
    while fact is not None:
        if isinstance(fact, Table):
            yield fact.identity
            return
        yield from (
            Identity(Table.kind, each.identity.names[:2])
            for each in holders(fact.identity, catalog)
        )
        fact = None if fact.parent is None else catalog.facts.get(fact.parent)


def _root(table: Identity, catalog: Catalog) -> Identity:
    """Return the table that rows are inserted into for a partition."""
    here = catalog.get(table, Table)
    if here is None or not here.is_partition:
        return table
    return _root(here.parents[0], catalog)
