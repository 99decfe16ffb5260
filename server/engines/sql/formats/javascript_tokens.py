"""Cuts the little of JavaScript that a migration of literal SQL needs into tokens."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from server.engines.sql.formats.javascript_text import meaning
from server.engines.sql.formats.model import SourceFile, refusal

NOT_LITERAL = "a migration that is not literal SQL"
_TOKEN = re.compile(
    r"(?P<blank>(?:\s|\ufeff|//[^\n\r\u2028\u2029]*+|/\*(?:[^*]|\*(?!/))*+\*/)++)"
    r"|(?P<word>[A-Za-z_$][A-Za-z0-9_$]*+)"
    r"|(?P<text>'(?:[^'\\\n\r]|\\(?:\r\n|.))*+'"
    r'|"(?:[^"\\\n\r]|\\(?:\r\n|.))*+"'
    r"|`(?:[^`\\$]|\\.|\$(?!\{))*+`)"
    r"|(?P<mark>=>|[(){}=.,;])",
    re.DOTALL,
)


class Kind(Enum):
    """What a token is."""

    WORD = auto()
    TEXT = auto()
    MARK = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a mark, or the meaning of a literal."""

    kind: Kind
    text: str
    line: int


def tokens(file: SourceFile) -> Iterator[Token]:
    """Yield the tokens of a file.

    Raises:
        InvalidInputError: it has something else, as a template with an expression in it.
    """
    code, position, line = file.text(), 0, 1
    while position < len(code):
        match = _TOKEN.match(code, position)
        if not match:
            rest = code[position : position + 120].splitlines()[0]
            raise refusal(file.path, line, f"{NOT_LITERAL}: {rest}")
        if match.lastgroup != "blank":
            yield _token(file, match, line)
        line += match.group().count("\n")
        position = match.end()


def _token(file: SourceFile, match: re.Match[str], line: int) -> Token:
    written = match.group()
    if match.lastgroup != "text":
        return Token(Kind.WORD if match.lastgroup == "word" else Kind.MARK, written, line)
    text = meaning(written)
    if text is None:
        raise refusal(file.path, line, f"{NOT_LITERAL}: an escape that means no character")
    return Token(Kind.TEXT, text, line)
