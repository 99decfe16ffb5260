"""Reads which values a script gives to rows that are there: `-- @backfill column = expression`."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from server.engines.sql.annotations import (
    Declared,
    Scope,
    candidates,
    named,
    refused,
    surrounded,
)
from server.engines.sql.marked_comments import CommentLexer, MarkedComment
from server.engines.sql.sole_expression import is_sole_expression
from server.engines.sql.window import Window
from server.errors import SqlLocation

MARK = "@backfill"
_GIVEN = re.compile(
    r'[ \t]+(?P<name>"(?:[^"]|"")+"|[^\s="]+)[ \t]*=[ \t]*(?P<value>\S.*)', re.DOTALL
)
_FORM = f"It reads: -- {MARK} column = expression"
_MOST_CHARACTERS = 1_900  # of a comment, of which more is not kept


@dataclass(frozen=True, slots=True)
class GivenValue:
    """A column, called by one name for each schema of the search path, and its values."""

    candidates: tuple[tuple[str, ...], ...]
    expression: str
    location: SqlLocation


def given_values(source: BinaryIO | Iterable[bytes], *, file: str) -> tuple[GivenValue, ...]:
    """Return what the annotations of a script give, in their order.

    Raises:
        InvalidSqlError: one is not understood, or belongs to no column; or the script cannot be
            read.
    """
    return tuple(_given(source, file))


def _given(source: BinaryIO | Iterable[bytes], file: str) -> Iterator[GivenValue]:
    for comment, before, here in surrounded(CommentLexer(Window(source, file), MARK)):
        form = _GIVEN.fullmatch(comment.rest)
        if form is None or len(comment.rest) > _MOST_CHARACTERS:
            raise refused(comment, "its form is not understood", _FORM)
        (name,) = named(comment, form["name"])
        expression = form["value"].rstrip()
        if not is_sole_expression(expression):
            raise refused(comment, "what follows = is not one expression", _FORM)
        column = _column(comment, name, _around(comment, before, here))
        yield GivenValue(candidates(column), expression, comment.location)


def _around(comment: MarkedComment, before: Scope | None, here: Scope | None) -> Scope | None:
    """Return the statement that a comment is in, else the one that it ends the line of."""
    place = (comment.location.line, comment.location.column)
    is_inside = here is not None and here.begins < place
    return here if comment.is_alone or is_inside else before


def _column(comment: MarkedComment, name: str, scope: Scope | None) -> Declared:
    declared = () if scope is None else scope.declared
    found = [e for e in declared if e.what.kind == "column" and e.what.names[-1] == name]
    if len(found) != 1:
        raise refused(
            comment,
            f"the statement declares no column {name}",
            "It stands in, before or behind the CREATE TABLE or ALTER TABLE … ADD COLUMN "
            "that declares the column.",
        )
    return found[0]
