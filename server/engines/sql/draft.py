"""One statement while it is being read: where it ends, and whether it is about rows."""

import re
from dataclasses import dataclass, field

from server.engines.sql.atomic_body import AtomicBody
from server.engines.sql.lexer import Kind
from server.errors import InvalidSqlError, SqlLocation

# What one statement may hold. A routine's body counts as one literal; the parser's memory grows
# with the code, and its stack with the operators, each of which nests everything on its left.
MOST_TEXT = 8_000_000
MOST_CODE = 1_000_000
MOST_OPERATORS = 5_000
MOST_DATA_TEXT = 4_000  # what is kept of a statement about rows

_DATA_WORDS = frozenset(("INSERT", "UPDATE", "DELETE", "MERGE"))
_OPERATOR = re.compile(r"[-+*/<>=~!@#%^&|`?:]+")
_OPERATOR_WORDS = frozenset(
    {"UNION", "INTERSECT", "EXCEPT", "JOIN", "IS", "ISNULL", "NOTNULL", "AT", "COLLATE", "IN"}
) | {"LIKE", "ILIKE", "SIMILAR", "BETWEEN", "OPERATOR", "OVERLAPS"}
# Reserved words that no statement about rows holds outside parentheses.
_BEGINNINGS = frozenset(("CREATE", "GRANT"))


@dataclass(slots=True)
class Draft:
    """The tokens of a statement so far, and what they say about it."""

    start: SqlLocation
    is_data: bool = False
    copies_in: bool = False
    rows: int = 0
    is_whole: bool = True
    _parts: list[str] = field(default_factory=list[str])
    _text: int = 0
    _code: int = 0
    _operators: int = 0
    _depth: int = 0
    _body: AtomicBody = field(default_factory=AtomicBody)
    _first: str = ""
    _previous: str = ""
    _lists_rows: bool = False

    @property
    def written(self) -> str:
        """The statement's text, or the beginning of it if it is about rows."""
        return "".join(self._parts).rstrip(" \t\n\r\f\v")

    @property
    def has_begun(self) -> bool:
        """Whether any token was taken: a lone semicolon is no statement."""
        return bool(self._parts)

    def take(self, kind: Kind, text: str) -> bool:
        """Add a token; False when it is the semicolon that ends the statement."""
        if kind is Kind.END and not (self._depth or self._body.depth):
            return False
        if not self._first:
            self._begin(kind, text.upper())
        match kind:
            case Kind.WORD:
                self._word(text.upper())
            case Kind.OPEN:
                self.rows += self._lists_rows and not self._depth
                self._depth += 1
            case Kind.GROUP:
                self.rows += self._lists_rows and not self._depth
            case Kind.CLOSE:
                self._depth = max(0, self._depth - 1)
            case _:
                pass
        if self.is_data:
            self._keep_beginning(text)
        else:
            self._keep(kind, text)
        return True

    def _begin(self, kind: Kind, word: str) -> None:
        self._first = word
        self.is_data = kind is Kind.WORD and word in _DATA_WORDS

    def _word(self, word: str) -> None:
        self._operators += word in _OPERATOR_WORDS
        if self._depth:
            return
        self._body.take(word)
        if self._first == "COPY":
            self.copies_in |= self._previous == "FROM" and word in {"STDIN", "STDOUT"}
        if self.is_data:
            self._lists_rows = word == "VALUES"
            self._refuse_a_beginning(word)
        self._previous = word

    def _refuse_a_beginning(self, word: str) -> None:
        if word in _BEGINNINGS:
            raise InvalidSqlError(
                f"{word} inside a statement that starts with {self._first}",
                location=self.start,
                statement=self.written,
                next_step="End the statement with a semicolon.",
            )

    def _keep_beginning(self, text: str) -> None:
        if self._text + len(text) > MOST_DATA_TEXT:
            self.is_whole = False
        if self.is_whole:
            self._parts.append(text)
            self._text += len(text)

    def _keep(self, kind: Kind, text: str) -> None:
        self._parts.append(text)
        self._text += len(text)
        if kind not in {Kind.QUOTED, Kind.COMMENT}:
            self._code += len(text)
        if kind is Kind.OTHER:
            self._operators += len(_OPERATOR.findall(text))
        if excess := self._excess():
            raise InvalidSqlError(
                f"the statement {excess}",
                location=self.start,
                statement="".join(self._parts[:200]),
                next_step="Close its parentheses and quotes, or split it.",
            )

    def _excess(self) -> str:
        if self._text > MOST_TEXT:
            return f"is longer than {MOST_TEXT:,} characters"
        if self._code > MOST_CODE:
            return f"holds more than {MOST_CODE:,} characters outside its literals"
        if self._operators > MOST_OPERATORS:
            return f"holds more than {MOST_OPERATORS:,} operators"
        return ""
