"""The order in which tables are filled: what is referred to first."""

from collections.abc import Iterable, Iterator, Mapping

from server.engines.migration.proof.seed.demands import Demands, TableName


def parents_first(tables: Iterable[Demands]) -> Iterator[Demands]:
    """Yield the tables so that as few as possible come before what their rows must refer to.

    In a circle of required references one has to be first.
    """
    waiting = {one.name: one for one in tables}
    while waiting:
        ready = [one for one in waiting.values() if not _awaited(one, waiting, is_hard=False)]
        if not ready:
            ready = [min(waiting.values(), key=lambda one: _burden(one, waiting))]
        for one in ready:
            del waiting[one.name]
            yield one


def in_circles(tables: Iterable[Demands]) -> frozenset[TableName]:
    """Return the tables whose rows must refer, by way of other tables, to rows of their own."""
    required = {
        one.name: {each.table for each in one.references if each.is_required and each.table}
        for one in tables
    }
    return frozenset(name for name in required if _leads_back(name, required))


def _leads_back(name: TableName, required: Mapping[TableName, set[TableName]]) -> bool:
    seen = {name}
    waiting = [*(required[name] - seen)]
    while waiting:
        here = required.get(waiting.pop(), set())
        if name in here:
            return True
        waiting += here - seen
        seen |= here
    return False


def _burden(one: Demands, waiting: dict[TableName, Demands]) -> tuple[int, int]:
    return (
        len(_awaited(one, waiting, is_hard=True)),
        len(_awaited(one, waiting, is_hard=False)),
    )


def _awaited(one: Demands, waiting: dict[TableName, Demands], *, is_hard: bool) -> set[TableName]:
    return {
        reference.table
        for reference in one.references
        if reference.table in waiting
        and reference.table != one.name
        and (reference.is_required or not is_hard)
    }
