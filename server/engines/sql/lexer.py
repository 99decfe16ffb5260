"""Cuts a text into the tokens that decide where statements end, as psql's own scanner does."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from server.engines.sql.window import Window
from server.errors import InvalidSqlError, SqlLocation


class Kind(Enum):
    """What a token means to somebody who looks for the ends of statements."""

    BLANK = auto()
    WORD = auto()
    OTHER = auto()  # numbers, operators, commas, and blanks after them
    QUOTED = auto()  # a piece of a literal or of a quoted identifier
    COMMENT = auto()  # a piece of a comment
    OPEN = auto()
    CLOSE = auto()
    GROUP = auto()  # a pair of parentheses and all between them, given only where `rows_follow`
    END = auto()
    META = auto()  # the backslash of a meta-command; the rest of its line is left unread


Token = tuple[Kind, str]

# Every character outside ASCII may stand in an identifier, blank-looking ones too.
_LETTER = r"A-Za-z_\x80-\U0010ffff"
_SIMPLE = re.compile(
    r"(?P<blank>[ \t\n\r\f\v]++)"
    rf"|(?P<other>[^-'\"$/;()\\{_LETTER}]++)"
    rf"|(?P<word>[{_LETTER}][{_LETTER}0-9$]*+(?!['\"&]))"
    r"|(?P<quoted>'[^'\\]*+'(?!'))"
    r"|(?P<end>;)|(?P<open>\()|(?P<close>\))|(?P<meta>\\)"
)
_PLAIN_IN_GROUP = (
    rf"[^-'\"$/;()\\{_LETTER}]++|[{_LETTER}][{_LETTER}0-9]*+(?!['\"&$])|'[^'\\]*+'(?!')"
)
_GROUP = re.compile(rf"(?P<group>\((?:{_PLAIN_IN_GROUP})*+\))")
_KINDS = {kind.name.lower(): kind for kind in Kind}
_OPENING = re.compile(
    r"(?P<escaped>[eE]')"
    r"|(?P<literal>(?:[bBxXnN]|[uU]&)?')"
    r"|(?P<name>(?:[uU]&)?\")"
    rf"|(?P<dollar>\$(?:[{_LETTER}][{_LETTER}0-9]*+)?\$)"
    r"|(?P<line>--)"
    r"|(?P<block>/\*)"
    rf"|(?P<word>[{_LETTER}][{_LETTER}0-9$]*+)"
    r"|(?P<parameter>\$[0-9]*+)"
)
_LONGEST_OPENING = 140  # characters; identifiers and dollar tags end at 63 bytes
_BLANKS = re.compile(r"[ \t\n\r\f\v]*+")
_LINE_ENDS = frozenset("\n\r")
_DASHES = re.compile(r"--")


@dataclass(frozen=True, slots=True)
class _Quoting:
    """How a literal's inside looks, what ends it, and what to call it."""

    inside: re.Pattern[str]
    closing: re.Pattern[str]
    called: str


_LITERAL = _Quoting(re.compile(r"(?:[^']++|'')*+"), re.compile(r"'(?!')"), "quoted string")
_NAME = _Quoting(re.compile(r'(?:[^"]++|"")*+'), re.compile(r'"(?!")'), "quoted identifier")
_ESCAPED = _Quoting(
    re.compile(r"(?:[^'\\]++|''|\\.)*+", re.DOTALL), re.compile(r"'(?!')"), "quoted string"
)


class Lexer:
    """Tokens of a window, one at a time: it never reads ahead of the token that it gave."""

    def __init__(self, window: Window) -> None:
        """Read from where the window stands."""
        self.window = window
        # What `SET standard_conforming_strings` last said; when off, plain literals are written
        # out as E'…', so that they mean the same to every later reader.
        self.backslash_is_plain = True
        # Whether lists of values follow, of which only the number matters.
        self.rows_follow = False
        self._line_ended = False

    def tokens(self) -> Iterator[Token]:
        """Yield every token; text between tokens may be taken from the window by the consumer."""
        window = self.window
        while window.has(1):
            match = _GROUP.match(window.text, window.position) if self.rows_follow else None
            if not match or not self._is_whole(match):
                match = _SIMPLE.match(window.text, window.position)
            if match and self._is_whole(match):
                window.position = match.end()
                yield _KINDS[match.lastgroup or ""], match.group()
            else:
                yield from self._quoted_or_cut()

    def _is_whole(self, match: re.Match[str]) -> bool:
        """Tell whether no text still to come could make the token a longer or another one."""
        match match.lastgroup:
            case "word":
                return match.end() < len(self.window.text)
            case "quoted" | "group":
                return match.end() < len(self.window.text) and self.backslash_is_plain
            case _:
                return True

    def _quoted_or_cut(self) -> Iterator[Token]:
        """Yield what starts here when it is quoted, or may go on in the next chunk."""
        window = self.window
        window.has(_LONGEST_OPENING)
        opening = _OPENING.match(window.text, window.position)
        if not opening:  # a minus or a slash that opens no comment
            yield Kind.OTHER, window.read_to(window.position + 1)
            return
        start = window.location
        window.position = opening.end()
        match opening.lastgroup:
            case "literal" | "escaped" | "name":
                yield from self._literal(opening.group(), opening.lastgroup, start)
            case "dollar":
                yield Kind.QUOTED, opening.group()
                yield from self._dollar(opening.group(), start)
            case "line":
                yield from self._line_comment()
            case "block":
                yield from self._block_comment(start)
            case "word":
                yield Kind.WORD, opening.group()
            case _:
                yield Kind.OTHER, opening.group()

    def _literal(self, opening: str, group: str, start: SqlLocation) -> Iterator[Token]:
        if group == "literal" and opening == "'" and not self.backslash_is_plain:
            opening, group = "E'", "escaped"
        yield Kind.QUOTED, opening
        if group != "escaped":
            yield from self._body(_NAME if group == "name" else _LITERAL, start)
            return
        goes_on = True
        while goes_on:
            yield from self._body(_ESCAPED, start)
            # 'a' NEWLINE 'b' is one literal, and its second part has the rules of the first.
            yield from self._blanks()
            goes_on = self._line_ended and self._at_quote()
            if goes_on:
                yield Kind.QUOTED, self.window.read_to(self.window.position + 1)

    def _body(self, quoting: _Quoting, start: SqlLocation) -> Iterator[Token]:
        window = self.window
        while True:
            if inside := _match(quoting.inside, window):
                yield Kind.QUOTED, inside
            # Two characters ahead tell a closing quote from a doubled one.
            window.has(2)
            if quoting.closing.match(window.text, window.position):
                yield Kind.QUOTED, window.read_to(window.position + 1)
                return
            if window.ended:
                raise _unterminated(quoting.called, start)

    def _blanks(self) -> Iterator[Token]:
        window, self._line_ended = self.window, False
        while window.has(1):
            if blanks := _match(_BLANKS, window):
                self._line_ended |= not _LINE_ENDS.isdisjoint(blanks)
                yield Kind.BLANK, blanks
            elif window.has(2) and _match(_DASHES, window):
                yield from self._line_comment()
            else:
                return

    def _at_quote(self) -> bool:
        return self.window.text.startswith("'", self.window.position)

    def _dollar(self, tag: str, start: SqlLocation) -> Iterator[Token]:
        window = self.window
        while (end := window.text.find(tag, window.position)) < 0:
            # The tag may begin in this chunk and end in the next.
            kept = max(window.position, len(window.text) - len(tag) + 1)
            if kept > window.position:
                yield Kind.QUOTED, window.read_to(kept)
            if not window.more():
                raise _unterminated(f"dollar-quoted string {tag}", start)
        yield Kind.QUOTED, window.read_to(end + len(tag))

    def _line_comment(self) -> Iterator[Token]:
        yield Kind.COMMENT, "--"
        window = self.window
        while True:
            if text := _match(_TO_LINE_END, window):
                yield Kind.COMMENT, text
            if window.position < len(window.text) or not window.more():
                return

    def _block_comment(self, start: SqlLocation) -> Iterator[Token]:
        yield Kind.COMMENT, "/*"
        window, depth = self.window, 1
        while depth:
            if text := _match(_TO_COMMENT_MARK, window):
                yield Kind.COMMENT, text
            if not window.has(2):
                raise _unterminated("comment /*", start)
            mark = _COMMENT_MARK.match(window.text, window.position)
            text = window.read_to(window.position + (2 if mark else 1))
            depth += _NESTING.get(text, 0)
            yield Kind.COMMENT, text


def _unterminated(what: str, start: SqlLocation) -> InvalidSqlError:
    return InvalidSqlError(f"unterminated {what}", location=start, statement="")


_TO_LINE_END = re.compile(r"[^\n\r]*+")
_TO_COMMENT_MARK = re.compile(r"(?:[^*/]++|\*(?=[^/])|/(?=[^*]))*+")
_COMMENT_MARK = re.compile(r"/\*|\*/")
_NESTING = {"/*": 1, "*/": -1}


def _match(pattern: re.Pattern[str], window: Window) -> str:
    """Read what the pattern matches here, perhaps nothing."""
    match = pattern.match(window.text, window.position)
    if not match:
        return ""
    return window.read_to(match.end())
