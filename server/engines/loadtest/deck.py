"""Requests made from a template and rows of values: `{{name}}` stands for a row's value."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from pydantic import JsonValue

from server.engines.loadtest.message import check
from server.engines.loadtest.plan import Message
from server.errors import InvalidInputError

Row = Mapping[str, JsonValue]

MOST_BYTES: Final = 64 << 20
"""Bytes that all prepared requests of a test may have together."""
_PLACE: Final = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_.-]{0,63})\s*\}\}")
_LONGEST_NAME: Final = 40  # characters of a column's name that an error repeats
_MOST_NAMES: Final = 20
_AGENT: Final = "senior-backend-load-test"


@dataclass(frozen=True, slots=True)
class Template:
    """A request before its values are put in; `body` is text, or JSON as Python has it."""

    method: str
    authority: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: JsonValue = None


def messages(template: Template, rows: Sequence[Row], run_id: str) -> tuple[Message, ...]:
    """Return a checked request for each row; without rows, the template as it is.

    Raises:
        InvalidInputError: a row lacks a value, or a value does not fit where it stands.
    """
    made: list[Message] = []
    room = MOST_BYTES
    for number, row in enumerate(rows or [{}], start=1):
        try:
            message = _message(template, _Filling(row, number if rows else 0, room), run_id)
        except UnicodeEncodeError:
            raise InvalidInputError(
                "A value holds half a character (a lone surrogate) and cannot be sent."
            ) from None
        except RecursionError:
            raise InvalidInputError(
                "The body is nested too deeply.", next_step="Give it as text."
            ) from None
        check(message)
        room -= _size(message)
        if room < 0:
            raise _too_large(number)
        made.append(message)
    return tuple(made)


def _size(message: Message) -> int:
    lines = sum(len(name) + len(value) for name, value in message.headers)
    return len(message.path) + lines + len(message.body)


def _too_large(number: int) -> InvalidInputError:
    return InvalidInputError(
        f"The requests of {max(number, 1)} rows are larger than {MOST_BYTES} bytes together.",
        next_step="Give fewer or smaller rows.",
    )


class _Filling:
    """Puts the values of one row in: at most `room` characters, however often each is named."""

    def __init__(self, row: Row, number: int, room: int) -> None:
        self._row = row
        self._number = number
        self._room = room
        self._plain: dict[str, str] = {}

    def value(self, name: str) -> JsonValue:
        self._spend(len(self._as_text(name)))
        return self._row[name]

    def _as_text(self, name: str) -> str:
        if name not in self._row:
            where = f"Row {self._number} of the data has" if self._number else "There is"
            raise InvalidInputError(
                f"{where} no value for {{{{{name}}}}}.",
                next_step=f"Columns: {_listed(self._row)}.",
            )
        if name not in self._plain:
            self._plain[name] = _plain(self._row[name])
        return self._plain[name]

    def _spend(self, size: int) -> None:
        self._room -= size
        if self._room < 0:
            raise _too_large(self._number)

    def text(self, template: str, encode: Callable[[str], str] = str) -> str:
        return _PLACE.sub(lambda place: self._filled(place[1], encode), template)

    def _filled(self, name: str, encode: Callable[[str], str]) -> str:
        filled = encode(self._as_text(name))
        self._spend(len(filled))
        return filled

    def json(self, template: JsonValue) -> JsonValue:
        """Fill strings in; one that is a place and nothing else becomes the value itself."""
        match template:
            case str():
                whole = _PLACE.fullmatch(template)
                return self.value(whole[1]) if whole else self.text(template)
            case list():
                return [self.json(each) for each in template]
            case dict():
                return {self.text(str(name)): self.json(each) for name, each in template.items()}
            case _:
                return template


def _message(template: Template, filling: _Filling, run_id: str) -> Message:
    headers = {name: filling.text(value) for name, value in template.headers}
    given = {name.lower(): name for name in headers}
    if len(given) < len(headers):
        raise InvalidInputError(
            "A header is given twice, in upper and lower case.", next_step="Give it once."
        )
    body, kind = _body(template.body, filling)
    defaults = {"Host": template.authority, "Accept": "*/*"} | (
        {"Content-Type": kind} if kind else {}
    )
    # Whose requests these are is told whatever the caller calls itself.
    agent = headers.pop(given["user-agent"]) if "user-agent" in given else ""
    signed = {"User-Agent": f"{agent} {_AGENT} ({run_id})".lstrip()}
    kept = {name: value for name, value in defaults.items() if name.lower() not in given}
    path = filling.text(template.path, lambda value: quote(value, safe=""))
    path = path.replace("{", "%7B").replace("}", "%7D")
    return Message(template.method.upper(), path, tuple((kept | signed | headers).items()), body)


def _body(template: JsonValue, filling: _Filling) -> tuple[bytes, str]:
    if template is None:
        return b"", ""
    if isinstance(template, str):
        text = filling.text(template)
        return text.encode(), "application/json" if _is_json(text) else "text/plain; charset=utf-8"
    filled = filling.json(template)
    return json.dumps(filled, ensure_ascii=False).encode(), "application/json"


def _is_json(text: str) -> bool:
    """Whether a text is an object or a list: what a command line gives instead of one."""
    try:
        return text.lstrip()[:1] in {"{", "["} and json.loads(text) is not None
    except (ValueError, RecursionError):
        return False


def _listed(row: Row) -> str:
    """Name the columns of a row, whose names may be anyone's words."""
    names = ", ".join(repr(name[:_LONGEST_NAME]) for name in [*row][:_MOST_NAMES])
    more = f" and {len(row) - _MOST_NAMES} more" if len(row) > _MOST_NAMES else ""
    return f"{names}{more}" if row else "none; give data"


def _plain(value: JsonValue) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
