"""Values that somebody gives to rows which are there, before their column refuses NULL.

By argument, `public.orders.tenant = 1`, or where the desired SQL declares the column,
`-- @backfill tenant = 1`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.table import Table
from server.engines.postgres.loading.script import Script
from server.engines.sql.backfill_annotations import MARK, GivenValue, given_values
from server.engines.sql.sole_expression import is_sole_expression
from server.errors import InvalidInputError, InvalidSqlError

_NAMES_AND_VALUE = re.compile(r'\s*((?:"(?:[^"]|"")+"|[^"=])+?)\s*=\s*(\S.*)', re.DOTALL)
_FORM = "A value reads schema.table.column = expression, as in public.orders.tenant = 1."
_CHUNK = 1 << 20

Values = Mapping[Identity, str]


def asked_values(texts: Iterable[str], new: Catalog) -> Values:
    """Return the values that a caller gives by argument.

    Raises:
        InvalidInputError: one has another form, is not one expression, or is for no column of the
            target.
    """
    found: dict[Identity, str] = {}
    for text in texts:
        form = _NAMES_AND_VALUE.fullmatch(text)
        if form is None or not is_sole_expression(form[2]):
            raise InvalidInputError(f"{text[:200]!r} gives no value.", next_step=_FORM)
        identity = Identity.parse(f"{Column.kind}:{form[1]}")
        if new.get(identity, Column) is None:
            close = get_close_matches(str(identity), map(str, _identities(new)), n=3)
            shown = f" Close to it: {', '.join(close)}." if close else ""
            raise InvalidInputError(
                f"{text[:200]!r}: the target has no {identity}.{shown}", next_step=_FORM
            )
        if found.setdefault(identity, form[2]) != form[2]:
            raise InvalidInputError(f"{identity} is given two values.", next_step="Keep one.")
    return found


def _identities(catalog: Catalog) -> Iterator[Identity]:
    return (column.identity for column in catalog.of(Column))


def annotated_values(scripts: Iterable[Script], new: Catalog) -> Values:
    """Return the values that annotations give; what is no column any more is passed over.

    Reads files, so use a thread.

    Raises:
        InvalidSqlError: an annotation is not understood, or gives a column another value.
    """
    found: dict[Identity, str] = {}
    for each in (each for script in scripts for each in _of(script)):
        identities = (Identity(Column.kind, names) for names in each.candidates)
        identity = next((one for one in identities if one in new), None)
        if identity is not None and found.setdefault(identity, each.expression) != each.expression:
            raise InvalidSqlError(
                f"the annotation {MARK} cannot be followed: {identity} has another value already.",
                location=each.location,
                statement=f"-- {MARK} {identity.name} = {each.expression}",
                next_step="Keep one of the two.",
            )
    return found


def _of(script: Script) -> tuple[GivenValue, ...]:
    if not _is_marked(script):
        return ()
    with script.open() as stream:
        return given_values(stream, file=script.name)


def _is_marked(script: Script) -> bool:
    """Whether the word occurs at all: taking a script apart takes longer than looking for it."""
    mark, tail = MARK.encode(), b""
    with script.open() as stream:
        while chunk := stream.read(_CHUNK):
            if mark in tail + chunk:
                return True
            tail = chunk[-len(mark) :]
    return False


def missing_values(old: Catalog, new: Catalog, given: Values) -> tuple[Column, ...]:
    """Return the new columns that refuse NULL and for which rows that are there have no value."""
    return tuple(
        column
        for column in new.of(Column)
        if column.is_not_null
        and column.identity not in old
        and column.identity not in given
        and column.parent is not None
        and old.get(column.parent, Table) is not None
        and column.generated_mode is None
        and column.identity_mode is None
        and new.default(column.identity) is None
    )
