"""What a migration of somebody else's discards: as its statements say, and as they did."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.sequence import Sequence
from server.engines.catalog.kinds.table import Table
from server.engines.migration.context import Context
from server.engines.migration.conversions import risks
from server.engines.migration.foreign_file import ForeignFile
from server.engines.migration.hazard import Hazard, HazardKind, data_loss
from server.engines.migration.lint.drops import dropped
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.script import Script, part
from server.engines.migration.losses import BITS, TEXTS, base
from server.engines.migration.proof.numbers import Numbers
from server.engines.migration.registry import kind_of
from server.engines.migration.step import LockMode, Segment, Step
from server.engines.sql.facts.forms import (
    AlterSequence,
    ChangeKind,
    Truncate,
    WriteRows,
)

_CAST = re.compile(r"CAST\((?P<inner>.*) AS [^()]+(?:\([\d, ]+\))?(?:\[\])*\)|(?P<bare>[^()]+)")


@dataclass(frozen=True, slots=True)
class Ways:
    """What is known of the things that the statements touched.

    `known` are those from before the migration by their numbers; `of` gives the name that the
    target has for one.
    """

    known: Numbers
    of: Callable[[Identity], Identity]


def with_losses(file: ForeignFile, script: Script, ways: Ways) -> ForeignFile:
    """Return the file with what each statement discards, or adds for good, as its hazards."""
    gone = frozenset(
        identity
        for examined in script.statements
        for identity in _named_gone(examined, script, ways)
    )
    context = Context(script.before, script.after, dropped=gone)
    found = {
        examined.number: _unique(
            replace(hazard, subject=ways.of(hazard.subject))
            for hazard in _hazards(examined, script, context, ways)
            if hazard.kind.is_loss or hazard.kind is HazardKind.ROWS_ADDED
        )
        for examined in script.statements
    }
    return with_hazards(file, found)


def with_hazards(file: ForeignFile, found: Mapping[int, Iterable[Hazard]]) -> ForeignFile:
    """Return the file with more hazards, by the numbers of its statements."""
    number, segments = 0, list[Segment]()
    for segment in file.segments:
        steps: list[Step] = []
        for step in segment.steps:
            steps.append(replace(step, hazards=(*step.hazards, *found.get(number, ()))))
            number += 1
        segments.append(Segment(tuple(steps)))
    return replace(file, segments=tuple(segments))


def _unique(hazards: Iterable[Hazard]) -> tuple[Hazard, ...]:
    """Return the first hazard of each kind about each thing."""
    return tuple({(each.kind, each.subject): each for each in reversed([*hazards])}.values())[::-1]


def _hazards(examined: Examined, script: Script, context: Context, ways: Ways) -> Iterator[Hazard]:
    for identity in dict.fromkeys(_named_gone(examined, script, ways)):
        fact = script.before.facts[identity]
        for action in kind_of(fact).drop(fact, context):
            yield from action.hazards
    yield from _retyped(examined, script)
    yield from _unlogged(examined, script)
    match examined.form:
        case Truncate():
            yield from map(_rows, _truncated(examined, script))
        case WriteRows() as form:
            yield from _written(form, script.existing(examined, form.table), script)
        case AlterSequence(sequence=name, restarts=True):
            sequence = script.existing(examined, name)
            if sequence is not None and sequence.kind == Sequence.kind:
                message = f"how far {sequence.qualified_name} has counted is lost"
                yield data_loss(sequence, message)
        case _:
            pass


def _named_gone(examined: Examined, script: Script, ways: Ways) -> Iterator[Identity]:
    """Yield what it took away of what was there: what it names, and whatever went with that."""
    yield from dropped(examined, script)
    for relation, change in script.changes(examined, ChangeKind.DROP_COLUMN):
        kind = Column.kind if relation.kind in {Table.kind, "foreign_table"} else "attribute"
        if (identity := part(kind, relation, change.name)) in script.before:
            yield identity
    for number in sorted(examined.observation.gone):
        identity = ways.known.get(number)
        if identity is not None and identity in script.before:
            yield identity


def _truncated(examined: Examined, script: Script) -> Iterator[Identity]:
    form = examined.form
    if isinstance(form, Truncate):
        named = (script.existing(examined, name) for name in form.tables)
        yield from (table for table in named if table is not None)
        yield from script.locked(examined, LockMode.ACCESS_EXCLUSIVE) if form.cascades else ()


def _rows(table: Identity) -> Hazard:
    return data_loss(table, f"all rows of {table.qualified_name} are lost")


def _written(form: WriteRows, table: Identity | None, script: Script) -> Iterator[Hazard]:
    if table is None or table.kind != Table.kind:
        return
    name = table.qualified_name
    if form.may_remove:
        which = "those rows that it finds" if form.is_filtered else "all rows"
        yield data_loss(table, f"{which} of {name} are deleted")
    if form.may_add:
        yield added(table)
    for column in form.columns:
        identity = part(Column.kind, table, column)
        if identity in script.before:
            yield overwritten(identity)


def added(table: Identity) -> Hazard:
    """Return the hazard of rows that no way back takes out."""
    message = f"rows are added to {table.qualified_name}, and stay there on the way back"
    return Hazard(HazardKind.ROWS_ADDED, table, message)


def overwritten(column: Identity) -> Hazard:
    """Return the hazard of values that are replaced."""
    return data_loss(column, f"values of {column.qualified_name} are overwritten")


def _retyped(examined: Examined, script: Script) -> Iterator[Hazard]:
    for table, change in script.changes(examined, ChangeKind.SET_TYPE):
        identity = part(Column.kind, table, change.name)
        old, new = script.before.get(identity, Column), script.after.get(identity, Column)
        if old is None or new is None:
            continue
        found = [*risks(old, new)]
        yield from found
        if change.using and not (_is_cast(change.using, change.name) and not _cuts(new, found)):
            message = f"USING decides what becomes of the values of {identity.qualified_name}"
            yield data_loss(identity, message)


def _cuts(new: Column, found: Iterable[Hazard]) -> bool:
    """Whether a cast loses what the same change without it would refuse to convert."""
    return base(new) in TEXTS | BITS and any(each.kind is HazardKind.MAY_FAIL for each in found)


def _is_cast(expression: str, column: str) -> bool:
    while match := _CAST.fullmatch(expression.strip()):
        if match["bare"] is not None:
            return match["bare"].strip('"') == column
        expression = match["inner"]
    return False


def _unlogged(examined: Examined, script: Script) -> Iterator[Hazard]:
    for table, _ in script.changes(examined, ChangeKind.SET_UNLOGGED):
        message = f"a crash of the server empties {table.qualified_name} from then on"
        yield Hazard(HazardKind.CRASH, table, message)
