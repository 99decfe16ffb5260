"""What PostgreSQL makes along with a range type, and leaves behind when that is renamed."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.range_type import RangeType
from server.engines.catalog.kinds.routine import Routine
from server.engines.migration.renames.forms import MULTIRANGE
from server.engines.migration.renames.moves import Move, freed
from server.engines.migration.renames.rename import Translation
from server.engines.sql.quote import literal, qualified


def range_parts(found: Sequence[Move], old: Catalog, new: Catalog) -> Iterator[Move]:
    """Yield the moves of multiranges and constructors, once all types have moved.

    Neither comes along by itself, although no statement would have to name them to make them. They
    exchange names where their ranges do.
    """
    final = {move.rename.old: move for move in found}
    heads = Translation({each.names: move.goal for each, move in final.items()})
    parts = [part for move in final.values() for part in _parts(move, heads, old, new)]
    yield from freed(parts, old)


def is_constructor(move: Move) -> bool:
    """Whether what moves is a function that came with a range."""
    return move.identity.kind == Routine.kind and move.rename.old.kind == RangeType.kind


def if_allowed(sql: str) -> str:
    """Return a statement about a constructor, which only superusers may rename.

    PostgreSQL gives them to its first superuser, whoever makes the range. For others they keep
    their names, which pg_dump does not show, and the range has its new one all the same; so none
    is found by the new name on the way back.
    """
    kept = "insufficient_privilege OR undefined_function"
    return f"DO {literal(f'BEGIN {sql}; EXCEPTION WHEN {kept} THEN NULL; END')}"


def _parts(move: Move, heads: Translation, old: Catalog, new: Catalog) -> Iterator[Move]:
    before = old.get(move.rename.old, RangeType)
    after = new.get(move.rename.new, RangeType)
    if before is None or after is None:
        return
    over = heads.identity(replace(move.identity, arguments=(before.subtype,)))
    subtype = "".join(over.arguments or ())
    schema, name = move.rename.old.names
    here = qualified(*move.goal)
    yield _part(MULTIRANGE, (schema, before.multirange), None, move, after.multirange)
    for types in ((), (here,), (f"{here}[]",)):
        yield _part(Routine.kind, (schema, before.multirange), types, move, after.multirange)
    for types in ((subtype,) * 2, (*(subtype,) * 2, "text")):
        yield _part(Routine.kind, (schema, name), types, move, move.goal[-1])


def _part(
    kind: str, names: tuple[str, ...], types: tuple[str, ...] | None, move: Move, name: str
) -> Move:
    return Move(Identity(kind, names, types), (move.goal[0], name), move.rename)
