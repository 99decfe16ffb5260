"""Which statements lost, changed or added the rows that were found to be other than before."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.table import Table
from server.engines.migration.foreign_losses import Ways, added, overwritten
from server.engines.migration.hazard import Hazard, data_loss
from server.engines.migration.lint.examined import Examined, key
from server.engines.migration.lint.script import Script
from server.engines.migration.proof.survival import Fate, Survival
from server.engines.migration.step import Evidence, Writes

_Test = Callable[[Writes], bool]
_TESTS: Mapping[Fate, _Test] = {
    Fate.LOST: lambda writes: writes.deleted > 0,
    Fate.GAINED: lambda writes: writes.inserted > 0,
    Fate.COUNTED: lambda writes: not writes.is_none,
}


def told_by_deeds(
    survivals: Iterable[Survival], script: Script, ways: Ways
) -> Mapping[int, tuple[Hazard, ...]]:
    """Return the hazards of statements that did to rows what no form of theirs says.

    `survivals` are of the tables whose fate nothing explains yet. A block of code, a function, a
    trigger or a foreign key does such things; where none was seen to, a statement that could not
    be watched did.
    """
    found: defaultdict[int, list[Hazard]] = defaultdict(list)
    tables = {key(table.identity): table.identity for table in script.before.of(Table)}
    for survival in survivals:
        table = tables[survival.table]
        for number in _culprits(survival, table, script, ways):
            found[number].extend(_hazards(survival, table, ways))
    return {number: tuple(hazards) for number, hazards in found.items()}


def _culprits(survival: Survival, table: Identity, script: Script, ways: Ways) -> tuple[int, ...]:
    parts = script.partitions(table)
    numbers = {oid for (oid, column), one in ways.known.items() if not column and one in parts}
    test = _TESTS.get(_fate(survival))
    seen = tuple(
        examined.number
        for examined in script.statements
        if test is not None and _did(examined, numbers, test, survival)
    )
    return seen or tuple(each.number for each in script.statements if _is_unwatched(each))


def _did(examined: Examined, numbers: Iterable[int], test: _Test, survival: Survival) -> bool:
    writes = examined.observation.writes
    is_emptied = _fate(survival) is Fate.LOST and survival.table in examined.observation.rewritten
    return is_emptied or any(number in writes and test(writes[number]) for number in numbers)


def _is_unwatched(examined: Examined) -> bool:
    return examined.was_run and examined.observation.evidence is Evidence.FIXED


def _fate(survival: Survival) -> Fate:
    """Return what became of the rows, by the first point at which it shows."""
    forward = survival.forward.fate
    return survival.back.fate if forward in {Fate.UNCHANGED, Fate.UNKNOWN} else forward


def _hazards(survival: Survival, table: Identity, ways: Ways) -> Iterator[Hazard]:
    there = ways.of(table)
    match _fate(survival):
        case Fate.LOST:
            yield data_loss(there, f"rows of {table.qualified_name} are lost, as it was seen to")
        case Fate.GAINED:
            yield added(there)
        case _:
            for name in survival.forward.columns or survival.back.columns:
                yield overwritten(ways.of(Identity(Column.kind, (*table.names, name))))
