"""What PostgreSQL makes along with a range type, and leaves behind when that is renamed."""

from collections.abc import Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.range_type import RangeType
from server.engines.catalog.kinds.routine import Routine
from server.engines.migration.renames.forms import MULTIRANGE
from server.engines.migration.renames.moves import Move
from server.engines.sql.quote import qualified


def range_parts(move: Move, old: Catalog, new: Catalog) -> Iterator[Move]:
    """Yield the moves of the multirange and the constructors, once the range has moved.

    Neither comes along by itself, although no statement would have to name them to make them.
    """
    before = old.get(move.rename.old, RangeType)
    after = new.get(move.rename.new, RangeType)
    if before is None or after is None or move.goal[-1] != move.rename.new.name:
        return
    schema, name = move.rename.old.names
    here = qualified(*move.goal)
    yield _part(MULTIRANGE, (schema, before.multirange), None, move, after.multirange)
    for types in ((), (here,), (f"{here}[]",)):
        yield _part(Routine.kind, (schema, before.multirange), types, move, after.multirange)
    for types in ((before.subtype,) * 2, (*(before.subtype,) * 2, "text")):
        yield _part(Routine.kind, (schema, name), types, move, move.goal[-1])


def _part(
    kind: str, names: tuple[str, ...], types: tuple[str, ...] | None, move: Move, name: str
) -> Move:
    return Move(Identity(kind, names, types), (move.goal[0], name), move.rename)
