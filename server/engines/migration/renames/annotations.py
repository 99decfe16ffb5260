"""Renames that the desired SQL asks for: `-- @renamed from=old_name`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.routine import Routine
from server.engines.migration.renames.rename import (
    Rename,
    Translation,
    holds,
    overloads,
    siblings,
)
from server.engines.postgres.loading.script import Script
from server.engines.sql.annotations import Annotation, annotations
from server.errors import InvalidSqlError

_MARK = b"@renamed"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Annotated:
    """What the annotations of a schema come to, between it and another one."""

    renames: tuple[Rename, ...]
    notes: tuple[str, ...] = ()
    """Annotations without effect that may be mistakes; those carried out before are none."""


def read_annotations(scripts: Iterable[Script]) -> tuple[Annotation, ...]:
    """Return the annotations of the scripts that make a schema; reads files, so use a thread.

    Raises:
        InvalidSqlError: one is not understood, belongs to nothing, or to what has another already.
    """
    found: dict[tuple[str, tuple[tuple[str, ...], ...], int | None], Annotation] = {}
    for each in (each for script in scripts for each in _of(script)):
        other = found.setdefault((each.kind, each.candidates, each.inputs), each)
        if other.former != each.former:
            raise _refused(each, f"{other.location} gives the same object another old name")
    return tuple(found.values())


def _of(script: Script) -> tuple[Annotation, ...]:
    if not _is_marked(script):
        return ()
    with script.open() as stream:
        return annotations(stream, file=script.name)


def _is_marked(script: Script) -> bool:
    """Whether the word occurs at all: taking a script apart takes longer than looking for it."""
    tail = b""
    with script.open() as stream:
        while chunk := stream.read(_CHUNK):
            if _MARK in tail + chunk:
                return True
            tail = chunk[-len(_MARK) :]
    return False


def resolved(found: Iterable[Annotation], old: Catalog, new: Catalog) -> Annotated:
    """Return which renames lead from `old` to `new`; what was renamed before is left alone.

    Raises:
        InvalidSqlError: what the old name belongs to is still there in `new`, or the new name is
            taken in `old`.
    """
    readings = list(_readings(found, old, new))
    clear = [each for each in readings if each.rename and not each.is_ambiguous]
    freed = {each.rename.old for each in clear if each.rename}
    filled = {each.rename.new for each in clear if each.rename}
    for each in clear:
        _refuse_conflict(each, freed, filled)
    notes = tuple(note for each in readings for note in _notes(each, old, new))
    return Annotated(tuple(each.rename for each in clear if each.rename), notes)


@dataclass(frozen=True, slots=True)
class _Reading:
    """An annotation between two schemas."""

    annotation: Annotation
    new: Identity | None
    """The object in the new schema, None where it is not there."""
    asked: Identity
    """The object by its old name, in the words of the old schema."""
    rename: Rename | None = None
    taken: Identity | None = None
    """What has the new name in the old schema."""
    left: Identity | None = None
    """What has the old name in the new schema."""

    @property
    def is_ambiguous(self) -> bool:
        """Whether both schemas have both names: it was done before, or the two are exchanged."""
        return self.taken is not None and self.left is not None


def _readings(found: Iterable[Annotation], old: Catalog, new: Catalog) -> Iterator[_Reading]:
    """Read the annotations from the outside in: the names of parts begin with those of wholes."""
    back: dict[tuple[str, ...], tuple[str, ...]] = {}
    for each in sorted(found, key=_depth):
        reading = _reading(each, Translation(back), old, new)
        if reading.rename and not reading.is_ambiguous:
            back |= Translation.back([reading.rename]).heads
        yield reading


def _depth(annotation: Annotation) -> tuple[int, bool]:
    """Sort schemas first, and types before the routines that take them."""
    return len(annotation.candidates[0]), annotation.kind in {"routine", "aggregate"}


def _reading(
    annotation: Annotation, translation: Translation, old: Catalog, new: Catalog
) -> _Reading:
    identity = _declared(annotation, new)
    if identity is None:
        names = (*annotation.candidates[0][:-1], annotation.former[-1])
        return _Reading(annotation, None, Identity(annotation.kind, names))
    here = translation.identity(identity)
    asked = replace(here, names=_behind(here.names, annotation.former))
    left = replace(identity, names=_behind(identity.names, annotation.former))
    return _Reading(
        annotation,
        identity,
        asked,
        Rename(asked, identity) if holds(old, asked) else None,
        here if holds(old, here) else None,
        left if holds(new, left) else None,
    )


def _behind(names: tuple[str, ...], former: tuple[str, ...]) -> tuple[str, ...]:
    return (*names[: len(names) - len(former)], *former)


def _declared(annotation: Annotation, new: Catalog) -> Identity | None:
    for names in annotation.candidates:
        if annotation.kind == Routine.kind:
            routines = overloads(new, annotation.kind, names)
            fitting = [each for each in routines if len(each.arguments or ()) == annotation.inputs]
            if len(fitting) > 1:
                raise _refused(annotation, f"several routines {names[-1]} take as many arguments")
            identity = fitting[0] if fitting else None
        elif annotation.kind == "aggregate":
            identity = next(iter(overloads(new, annotation.kind, names)), None)
        else:
            identity = Identity(annotation.kind, names)
        if identity is not None and holds(new, identity):
            return identity
    return None


def _refuse_conflict(reading: _Reading, freed: set[Identity], filled: set[Identity]) -> None:
    if reading.left is not None and reading.left not in filled:
        raise _refused(reading.annotation, f"{reading.left} is still there beside {reading.new}")
    if reading.taken is not None and reading.taken not in freed:
        raise _refused(
            reading.annotation, f"the source has both {reading.asked} and {reading.taken}"
        )


def _notes(reading: _Reading, old: Catalog, new: Catalog) -> Iterator[str]:
    said = f"{reading.annotation.location}: the annotation has no effect"
    if reading.new is None:
        yield f"{said}: the target has no such {reading.annotation.kind.replace('_', ' ')}."
    elif reading.rename is None:
        gone = [each for each in siblings(old, reading.asked) if not holds(new, each)]
        if reading.taken is None and gone:
            yield f"{said}: the source has no {reading.asked}.{_close(reading.asked, gone)}"
    elif reading.is_ambiguous:
        both = f"{reading.asked} and {reading.taken}"
        yield f"{said}: both schemas have {both}. To exchange them, give the renames as arguments."


def _close(asked: Identity, there: Iterable[Identity]) -> str:
    close = get_close_matches(asked.name, [each.name for each in there], n=3, cutoff=0.5)
    return f" Close to it: {', '.join(close)}." if close else ""


def _refused(annotation: Annotation, reason: str) -> InvalidSqlError:
    return InvalidSqlError(
        f"the annotation @renamed cannot be followed: {reason}.",
        location=annotation.location,
        statement=f"-- @renamed from={'.'.join(annotation.former)}",
        next_step="Remove the annotation, or give the rename as an argument.",
    )
