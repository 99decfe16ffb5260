"""The steps that give objects other names before anything else is planned."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.schema import Schema
from server.engines.catalog.kinds.sequence import Sequence as SequenceFact
from server.engines.migration.context import Context
from server.engines.migration.hazard import Hazard
from server.engines.migration.registry import kind_of
from server.engines.migration.renames.effects import hazards
from server.engines.migration.renames.forms import MOVABLE, moved, renamed
from server.engines.migration.renames.inherited import declared_here
from server.engines.migration.renames.moves import Move, moves
from server.engines.migration.renames.range_parts import if_allowed, is_constructor, range_parts
from server.engines.migration.renames.rename import Rename, holds
from server.engines.migration.renames.view_columns import view_columns
from server.engines.migration.step import Step, Verb


def renames(old: Catalog, new: Catalog, wanted: Sequence[Rename]) -> tuple[Step, ...]:
    """Return the steps that rename what is in `old` as it is called in `new`.

    They run first; the catalog that is read after them is what the rest is planned from. What
    hangs on the old names of tables and columns follows: see `derived`.

    Raises:
        InvalidInputError: a column or constraint of an heir or partition is to be renamed, and
            not that of the table which it has it from.
    """
    chosen = (*declared_here(wanted, old), *view_columns(old, new, wanted))
    found = list(moves(chosen, old))
    created = [step for schema in _missing(found, old) for step in _creation(schema, old, new)]
    said: set[Rename] = set()
    steps = list(created)
    inner = [move for move in found if len(move.identity.names) > 1]
    for move in (*inner, *range_parts(inner, old, new), *found[len(inner) :]):
        risks = () if move.rename in said else tuple(hazards(move.rename, new))
        said.add(move.rename)
        steps += _steps(move, risks, old)
    return tuple(steps)


def _missing(found: Sequence[Move], old: Catalog) -> list[str]:
    """Return the schemas that objects move to before the plan would create them."""
    goals = {move.goal[0] for move in found if move.identity.kind in MOVABLE}
    return sorted(each for each in goals if Identity(Schema.kind, (each,)) not in old)


def _creation(schema: str, old: Catalog, new: Catalog) -> Iterator[Step]:
    fact = new.get(Identity(Schema.kind, (schema,)), Schema)
    if fact is not None:
        for action in kind_of(fact).create(fact, Context(old, new)):
            yield Step(sql=action.sql, verb=Verb.CREATE, subject=fact.identity)


def _steps(move: Move, risks: tuple[Hazard, ...], old: Catalog) -> Iterator[Step]:
    statements = _statements(move, old)
    if is_constructor(move):
        statements = map(if_allowed, statements)
    for number, sql in enumerate(statements):
        yield Step(
            sql=sql,
            verb=Verb.RENAME,
            subject=move.rename.old,
            hazards=risks if number == 0 else (),
        )


def _statements(move: Move, old: Catalog) -> Iterator[str]:
    identity, schema, name = move.identity, move.goal[0], move.goal[-1]
    is_renamed = name != identity.name
    is_moved = _is_movable(move, old) and schema != identity.names[0]
    beside = replace(identity, names=(*identity.names[:-1], name))
    if is_moved and is_renamed and holds(old, beside):
        yield moved(identity, schema, old)
        yield renamed(replace(identity, names=(schema, identity.name)), name, old)
        return
    if is_renamed:
        yield renamed(identity, name, old)
    if is_moved:
        yield moved(beside, schema, old)


def _is_movable(move: Move, old: Catalog) -> bool:
    """Whether the object moves by itself; what belongs to a column or table moves along."""
    sequence = old.get(move.rename.old, SequenceFact)
    if sequence is not None and sequence.owned_by is not None:
        return False
    return move.identity.kind in MOVABLE or move.identity.kind == "multirange"
