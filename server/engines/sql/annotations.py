"""Reads what a script says about former names: `-- @renamed from=old_name`."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import BinaryIO

from server.engines.sql.declarations import Declaration, declarations
from server.engines.sql.marked_comments import CommentLexer, MarkedComment
from server.engines.sql.pieces import Piece, Statement
from server.engines.sql.psql import pieces
from server.engines.sql.search_path import DEFAULT_PATH, path_after
from server.engines.sql.window import Window
from server.errors import InvalidSqlError, SqlLocation

MARK = "@renamed"
_FROM = re.compile(r"[ \t]+from=(?P<name>[^ \t].*?)[ \t]*", re.DOTALL)
_WORD = r"[A-Za-z_\x80-\U0010ffff][A-Za-z0-9_$\x80-\U0010ffff]*"
_NAME = re.compile(rf'({_WORD})|"((?:[^"]|"")+)"')
_NAMES = re.compile(rf"(?:{_NAME.pattern})(?:\.(?:{_NAME.pattern}))?")
_LABEL = re.compile(r"'((?:[^']|'')*)'|([^\s'\"]+)")
_FORM = f"It reads: -- {MARK} from=old_name"
_WHERE = (
    "It stands at the end of the line on which the object, column or constraint begins, or on a "
    "line of its own directly before it."
)


@dataclass(frozen=True, slots=True)
class Annotation:
    """One object or part of one, and what it was called before."""

    kind: str
    """The word that begins the identities of its kind; a label of an enum is an `enum_label`."""
    candidates: tuple[tuple[str, ...], ...]
    """What the object may be called in full: one name for each schema of the search path."""
    former: tuple[str, ...]
    """The old name; behind its old schema, if the annotation names one."""
    location: SqlLocation
    inputs: int | None = None
    """How many arguments a routine takes."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What a statement declares, with the search path that the statement runs with."""

    what: Declaration
    path: tuple[str, ...]


@dataclass(frozen=True)
class Scope:
    """A statement, and the search path that it runs with."""

    statement: Statement
    path: tuple[str, ...]

    def on(self, line: int) -> Sequence[Declared]:
        """Return what begins on a line of the file."""
        return self._lines.get(line, ())

    @property
    def begins(self) -> tuple[int, int]:
        """The line and the column in which the statement begins."""
        return self.statement.location.line, self.statement.location.column

    @cached_property
    def declared(self) -> tuple[Declared, ...]:
        """What the statement declares, each object before its parts."""
        return tuple(Declared(each, self.path) for each in declarations(self.statement))

    @cached_property
    def _lines(self) -> Mapping[int, Sequence[Declared]]:
        lines: defaultdict[int, list[Declared]] = defaultdict(list)
        for each in self.declared:
            for line in {place.line for place in each.what.places}:
                lines[line].append(each)
        return lines


def annotations(source: BinaryIO | Iterable[bytes], *, file: str) -> tuple[Annotation, ...]:
    """Return the annotations of a script, in their order.

    Raises:
        InvalidSqlError: one is not understood, belongs to nothing, or to what has another already;
            or the script cannot be read.
    """
    found: dict[Declaration, Annotation] = {}
    for comment, before, here in surrounded(CommentLexer(Window(source, file), MARK)):
        declared = _subject(comment, before, here)
        former = _former(comment, declared.what)
        if (other := found.get(declared.what)) is not None:
            reason = f"{_called(declared.what)} has one in {other.location} already"
            raise refused(comment, reason, "Keep one of the two.")
        found[declared.what] = Annotation(
            declared.what.kind,
            candidates(declared),
            former,
            comment.location,
            declared.what.inputs,
        )
    return tuple(found.values())


def surrounded(
    lexer: CommentLexer,
) -> Iterator[tuple[MarkedComment, Scope | None, Scope | None]]:
    """Yield every comment with the statement before it, and the one that it is in or before."""
    before, path = None, DEFAULT_PATH
    for piece in pieces(lexer):
        here = Scope(piece, path) if isinstance(piece, Statement) else None
        for comment in lexer.take():
            yield comment, before, here
        before, path = here, _path_after(piece, path)
    for comment in lexer.take(is_all=True):
        yield comment, before, None


def _path_after(piece: Piece, path: tuple[str, ...]) -> tuple[str, ...]:
    return path_after(piece, path) if isinstance(piece, Statement) else path


def _subject(comment: MarkedComment, before: Scope | None, here: Scope | None) -> Declared:
    if comment.is_alone:
        return _below(comment, here)
    line, column = comment.location.line, comment.location.column
    finished = before.on(line) if before else ()
    open_ = _beginning(here, line, lambda start: start < column) if here else ()
    outermost = _outermost((*finished, *open_))
    # Whether a table on one line is meant or its last column, nobody can tell.
    if len(open_) > 1 and outermost[-1].what.kind != "column":
        raise _ambiguous(comment, open_)
    return _only(comment, outermost)


def _below(comment: MarkedComment, scope: Scope | None) -> Declared:
    """Return what begins where the next code does, or alone on that line."""
    start = comment.following
    if scope is None or start is None:
        raise _homeless(comment)
    exact = [each for each in scope.on(start.line) if start in each.what.places]
    later = _beginning(scope, start.line, lambda column: column > start.column)
    return exact[0] if exact else _only(comment, _outermost(later))


def _beginning(scope: Scope, line: int, is_meant: Callable[[int], bool]) -> tuple[Declared, ...]:
    """Return what begins on a line in a column that is meant."""
    return tuple(
        each
        for each in scope.on(line)
        if any(place.line == line and is_meant(place.column) for place in each.what.places)
    )


def _outermost(line: Sequence[Declared]) -> list[Declared]:
    there = {each.what for each in line}
    return [each for each in line if there.isdisjoint(_hosts(each.what))]


def _hosts(declaration: Declaration) -> Iterator[Declaration]:
    while declaration.within is not None:
        declaration = declaration.within
        yield declaration


def _only(comment: MarkedComment, outermost: Sequence[Declared]) -> Declared:
    if not outermost:
        raise _homeless(comment)
    if len(outermost) > 1:
        raise _ambiguous(comment, outermost)
    return outermost[0]


def _homeless(comment: MarkedComment) -> InvalidSqlError:
    return refused(comment, "it belongs to nothing", _WHERE)


def _ambiguous(comment: MarkedComment, line: Iterable[Declared]) -> InvalidSqlError:
    names = ", ".join(_called(each.what) for each in line)
    return refused(
        comment,
        f"it can belong to any of {names}",
        "Put the annotation on a line of its own directly before the one that is meant.",
    )


def _former(comment: MarkedComment, declaration: Declaration) -> tuple[str, ...]:
    form = _FROM.fullmatch(comment.rest)
    if form is None:
        raise refused(comment, "its form is not understood", _FORM)
    if not declaration.names[-1]:
        raise refused(
            comment,
            f"the {declaration.kind.replace('_', ' ')} has no name in the statement",
            "Write the name that it shall have.",
        )
    if declaration.kind == "enum_label":
        return (_label(comment, form["name"]),)
    names = named(comment, form["name"])
    if len(names) > 1 and (len(declaration.names) != len(names) or declaration.kind == "index"):
        raise refused(
            comment,
            f"{form['name']} has a schema or table, and {_called(declaration)} cannot be moved",
            "Give the old name alone.",
        )
    return names


def _label(comment: MarkedComment, text: str) -> str:
    label = _LABEL.fullmatch(text)
    if label is None:
        raise refused(comment, f"{text} is no label", "Write it bare, or in single quotes.")
    return label[2] if label[1] is None else label[1].replace("''", "'")


def named(comment: MarkedComment, text: str) -> tuple[str, ...]:
    """Return a name, and perhaps the one before its dot, as PostgreSQL reads them.

    Raises:
        InvalidSqlError: the text is no name.
    """
    if not _NAMES.fullmatch(text):
        raise refused(
            comment,
            f"{text} is no name",
            "Write old_name, schema.old_name, or in double quotes what is not in lower case.",
        )
    return tuple(
        _folded(match[1]) if match[2] is None else match[2].replace('""', '"')
        for match in _NAME.finditer(text)
    )


def _folded(name: str) -> str:
    """Fold a bare name as PostgreSQL does: letters beyond ASCII stay."""
    return "".join(each.lower() if each.isascii() else each for each in name)


def candidates(declared: Declared) -> tuple[tuple[str, ...], ...]:
    """Return what an object may be called in full, one name for each schema of the search path."""
    first, *rest = declared.what.names
    schemas = declared.path if first is None else (first,)
    return tuple((schema, *(name or "" for name in rest)) for schema in schemas)


def _called(declaration: Declaration) -> str:
    return f"{declaration.kind.replace('_', ' ')} {declaration.names[-1] or 'without a name'}"


def refused(comment: MarkedComment, reason: str, next_step: str) -> InvalidSqlError:
    """Return the error that names an annotation, and says why it has no effect."""
    return InvalidSqlError(
        f"the annotation {comment.mark} cannot be followed: {reason}.",
        location=comment.location,
        statement=f"-- {comment.mark}{comment.rest}",
        next_step=next_step,
    )
