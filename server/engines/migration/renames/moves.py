"""The order in which names change hands, so that each is free when it is taken."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.migration.renames.rename import Rename, Translation, holds

_RELATIONS_AND_TYPES = frozenset(
    {
        *("table", "foreign_table", "view", "materialized_view", "index", "sequence"),
        *("base_type", "composite_type", "domain", "enum", "range", "multirange"),
    }
)
_ROUTINES = frozenset({"routine", "aggregate"})

Claim = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """One object that gets another name; both names lead through schemas and tables of old."""

    identity: Identity
    goal: tuple[str, ...]
    rename: Rename

    @property
    def reached(self) -> Identity:
        """The object by its new name."""
        return replace(self.identity, names=self.goal)


def moves(wanted: Sequence[Rename], catalog: Catalog) -> Iterator[Move]:
    """Yield the moves from the inside out, so that what they lead through has its old name yet.

    Names that are exchanged go through a third one.
    """
    back = Translation.back(wanted)
    asked = [Move(each.old, back.place(each.new.names), each) for each in wanted]
    groups: dict[tuple[int, bool], list[Move]] = {}
    for move in sorted(asked, key=lambda move: (_rank(move), move.identity)):
        groups.setdefault(_rank(move), []).append(move)
    for group in groups.values():
        yield from freed(group, catalog)


def _rank(move: Move) -> tuple[int, bool]:
    # A routine is called by the types of its arguments, which may be renamed, too.
    return -len(move.identity.names), move.identity.kind not in _ROUTINES


def freed(waiting: list[Move], catalog: Catalog) -> Iterator[Move]:
    """Yield the moves so that each name is free when it is taken, some through a third name."""
    detours = 0
    while waiting:
        held = Counter(claim for move in waiting for claim in claims(move.identity))
        free = [move for move in waiting if not _is_blocked(move, held)]
        yield from free
        waiting = [move for move in waiting if move not in free]
        if not free:
            detours += 1
            first, *rest = waiting
            halfway = _halfway(first, detours, catalog)
            yield halfway
            waiting = [*rest, replace(first, identity=halfway.reached)]


def _is_blocked(move: Move, held: Counter[Claim]) -> bool:
    own = Counter(claims(move.identity))
    return any(held[claim] > own[claim] for claim in claims(move.reached))


def _halfway(move: Move, number: int, catalog: Catalog) -> Move:
    """Move an object to a name that nobody has or wants."""
    goal = (*move.identity.names[:-1], f"renaming_{number}")
    while holds(catalog, replace(move.identity, names=goal)):
        goal = (*goal[:-1], f"{goal[-1]}_")
    return replace(move, goal=goal)


def claims(identity: Identity) -> Iterable[Claim]:
    """Return the names that nothing else can have while the object is there."""
    names = identity.names
    if identity.kind in _RELATIONS_AND_TYPES:
        return [("relation", names)]
    if identity.kind in _ROUTINES:
        return [("routine", names, identity.arguments)]
    if identity.kind == "constraint":
        # An index may stand behind it that has its name.
        return [("constraint", names), ("relation", (names[0], names[-1]))]
    return [(identity.kind, names, identity.arguments)]
