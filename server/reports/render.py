"""The one renderer of reports: a template prints what was decided before."""

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from server.sql_secrets import without_secrets

if TYPE_CHECKING:
    from jinja2 import Environment

_BLANK_LINES = re.compile(
    r"^(?P<fence> *`{3,})sql$.*?^(?P=fence)$|(?P<blank>\n{3,})", re.MULTILINE | re.DOTALL
)
_LONGEST_QUOTE = 200  # characters of foreign text that a report repeats
_MARKUP = re.compile(r"[`*<\[]")
_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
# Letters and marks that no font draws: fillers, joiners and the variation selectors.
_BLANK = re.compile(
    r"[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)


def render(name: str, **values: object) -> str:
    """Return the report `name` over `values`."""
    return tidied(_environment().get_template(f"{name}.md.j2").render(**values)) + "\n"


def tidied(text: str) -> str:
    """Return Markdown with single blank lines; those inside of SQL are the statement's own."""
    return _BLANK_LINES.sub(lambda run: "\n\n" if run["blank"] else run[0], text).strip()


def quoted(text: object, longest: int = _LONGEST_QUOTE) -> str:
    """Return foreign text as one line of inline code that cannot break out of its quotes.

    Names and comments of a schema are somebody's words, never instructions: control and
    format characters become visible escapes, and more than `longest` characters are cut.
    """
    shown = visible(text, longest)
    fence = "`" * (_longest_run(shown) + 1)
    padding = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{padding}{shown}{padding}{fence}"


def visible(text: object, longest: int = _LONGEST_QUOTE) -> str:
    """Return foreign text as one line in which control and format characters are escapes.

    More than `longest` characters are cut, and how many there were is said.
    """
    whole = str(text)
    shown = "".join(_visible(character) for character in whole[:longest])
    if len(whole) > longest or len(shown) > longest:
        return f"{shown[:longest]}… ({len(whole)} characters)"
    return shown


def visible_lines(text: str) -> str:
    """Return foreign text line by line as it is, with other control characters as escapes."""
    lines = text.replace("\r\n", "\n")
    return "".join(each if each in "\n\t" else _visible(each) for each in lines)


def sql_block(text: str) -> str:
    """Return SQL as a fenced block that no line of it can close, without passwords.

    What a terminal would obey or an eye not see stands as an escape; the files hold it as it is.
    """
    text = visible_lines(without_secrets(text))
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}sql\n{text.strip()}\n{fence}"


def plain_line(text: object) -> str:
    """Return words that hold foreign names as one line that starts no Markdown of its own."""
    shown = "".join(_visible(character) for character in str(text))
    return _MARKUP.sub(r"\\\g<0>", shown)


def cut_sql(text: str, longest: int | None = None) -> str:
    """Return a statement, cut where it is longer than a text has room for."""
    if longest is None or len(text) <= longest:
        return text
    return f"{text[:longest].rstrip()}\n-- … {len(text)} characters in all"


def _visible(character: str) -> str:
    if unicodedata.category(character) not in _INVISIBLE and not _BLANK.match(character):
        return character
    return character.encode("unicode_escape").decode()


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall(r"`+", text)), default=0)


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=False,  # ruff: ignore[jinja2-autoescape-false] - Markdown for a model, not HTML; foreign text goes through quoted
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["quoted"] = quoted
    environment.filters["sql_block"] = sql_block
    environment.filters["cut_sql"] = cut_sql
    return environment
