"""Renames that a caller asks for by argument: `table:public.users=people`."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.migration.renames.forms import MOVABLE, RENAMABLE
from server.engines.migration.renames.rename import (
    Rename,
    Translation,
    holds,
    overloads,
    siblings,
)
from server.errors import InvalidInputError

_QUOTED_OR_SIGN = re.compile(r'"(?:[^"]|"")*"|=')
_ROUTINES = frozenset({"routine", "aggregate"})
_FORM = (
    "A rename reads KIND:OLD=NEW, as in table:public.people=users or "
    "column:public.people.mail=email."
)
_KINDS = f"Kinds: {', '.join(sorted(RENAMABLE))}."


def requested(texts: Iterable[str], old: Catalog, new: Catalog) -> tuple[Rename, ...]:
    """Return the renames that a caller asks for, old names in the words of the source.

    The new name stands alone, or behind the schema that the object moves to.

    Raises:
        InvalidInputError: one has another form, names what is not in `old` or not in `new`, what
            is in both, or the same as another.
    """
    asked = [_split(text) for text in texts]
    renames: list[Rename] = []
    for text, left, name in sorted(asked, key=_depth):
        source = _found(text, left, old)
        renames.append(_rename(text, source, name, (renames, new)))
    _refuse_conflicts(renames, old, new)
    return tuple(renames)


def merged(annotated: Sequence[Rename], asked: Sequence[Rename]) -> tuple[Rename, ...]:
    """Return the renames of both ways to say them; to say one twice is no mistake.

    Raises:
        InvalidInputError: they contradict each other.
    """
    renames = tuple(dict.fromkeys((*annotated, *asked)))
    _refuse_twice(renames)
    return renames


def argument(rename: Rename) -> str:
    """Return the argument that asks for a rename which stays in its schema."""
    return f"{rename.old}={_new_name(rename)}"


def _new_name(rename: Rename) -> str:
    return Identity("", rename.new.names[-1:]).qualified_name


def _split(text: str) -> tuple[str, Identity, tuple[str, ...]]:
    sign = next((m.start() for m in _QUOTED_OR_SIGN.finditer(text) if m[0] == "="), None)
    if sign is None:
        raise InvalidInputError(f"{text[:200]!r} is no rename.", next_step=f"{_FORM} {_KINDS}")
    left = Identity.parse(text[:sign].strip())
    if left.kind not in RENAMABLE or not left.names or left.of is not None:
        raise InvalidInputError(f"{text[:200]!r}: {left} cannot be renamed.", next_step=_KINDS)
    try:
        right = Identity.parse(f"name:{text[sign + 1 :].strip()}")
    except InvalidInputError as error:
        raise _not_a_name(text) from error
    most = 2 if left.kind in MOVABLE else 1
    if not 0 < len(right.names) <= most or right.arguments is not None or right.of is not None:
        raise _not_a_name(text)
    return text, left, right.names


def _not_a_name(text: str) -> InvalidInputError:
    return InvalidInputError(
        f"{text[:200]!r}: what follows = is no new name.",
        next_step="Write the name alone, in double quotes unless it is in lower case; "
        "only what can move to another schema takes schema.name.",
    )


def _found(text: str, left: Identity, old: Catalog) -> Identity:
    if left.arguments is None and left.kind in _ROUTINES:
        named = overloads(old, left.kind, left.names)
        if len(named) > 1:
            raise InvalidInputError(
                f"{text!r}: the source has {len(named)} of that name.",
                next_step=f"Name one: {', '.join(map(str, named))}.",
            )
        left = next(iter(named), left)
    if not holds(old, left):
        raise _unknown(text, "source", left, old)
    return left


def _depth(asked: tuple[str, Identity, tuple[str, ...]]) -> tuple[int, bool]:
    """Sort schemas first, and types before the routines that take them."""
    return len(asked[1].names), asked[1].kind in _ROUTINES


def _rename(
    text: str, source: Identity, name: tuple[str, ...], known: tuple[Sequence[Rename], Catalog]
) -> Rename:
    renames, new = known
    there = Translation.forward(renames).identity(source)
    wanted = replace(there, names=(*there.names[: len(there.names) - len(name)], *name))
    if not holds(new, wanted):
        raise _unknown(text, "target", wanted, new)
    return Rename(source, wanted)


def _unknown(text: str, side: str, identity: Identity, catalog: Catalog) -> InvalidInputError:
    there = {each.name: each for each in siblings(catalog, identity)}
    close = get_close_matches(identity.name, list(there), n=5, cutoff=0.4)
    shown = ", ".join(str(there[name]) for name in close)
    return InvalidInputError(
        f"{text[:200]!r}: the {side} has no {identity}.",
        next_step=f"It has {shown}." if shown else f"It has no {identity.kind} of a similar name.",
    )


def _refuse_conflicts(renames: Sequence[Rename], old: Catalog, new: Catalog) -> None:
    _refuse_twice(renames)
    freed, filled = {each.old for each in renames}, {each.new for each in renames}
    forward, back = Translation.forward(renames), Translation.back(renames)
    for each in renames:
        left = forward.identity(each.old)
        if left not in filled and holds(new, left):
            raise InvalidInputError(
                f"{each.old} cannot become {each.new}: the target still has {left}.",
                next_step="Leave the rename out, or remove the old name from the target.",
            )
        taken = back.identity(each.new)
        if taken not in freed and holds(old, taken):
            raise InvalidInputError(
                f"{each.old} cannot become {each.new}: the source already has {taken}.",
                next_step="Rename or drop that first, in a migration of its own.",
            )


def _refuse_twice(renames: Sequence[Rename]) -> None:
    for doubled in (
        *_doubled(each.old for each in renames),
        *_doubled(each.new for each in renames),
    ):
        both = [f"{each.old} to {each.new}" for each in renames if doubled in {each.old, each.new}]
        raise InvalidInputError(
            f"{doubled} has more than one rename: {'; '.join(both)}.", next_step="Keep one."
        )


def _doubled(identities: Iterable[Identity]) -> Iterator[Identity]:
    seen: set[Identity] = set()
    for each in identities:
        if each in seen:
            yield each
        seen.add(each)
