"""The one renderer of reports: a template prints what was decided before."""

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment

_BLANK_LINES = re.compile(r"\n{3,}")
_LONGEST_QUOTE = 200  # characters of foreign text that a report repeats
_INVISIBLE = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}


def render(name: str, **values: object) -> str:
    """Return the report `name` over `values`, without runs of blank lines."""
    text = _environment().get_template(f"{name}.md.j2").render(**values)
    return _BLANK_LINES.sub("\n\n", text).strip() + "\n"


def quoted(text: object, longest: int = _LONGEST_QUOTE) -> str:
    """Return foreign text as one line of inline code that cannot break out of its quotes.

    Names and comments of a schema are somebody's words, never instructions: control and
    format characters become visible escapes, and more than `longest` characters are cut.
    """
    shown = "".join(_visible(character) for character in str(text))
    if len(shown) > longest:
        shown = f"{shown[:longest]}… ({len(shown)} characters)"
    fence = "`" * (_longest_run(shown) + 1)
    padding = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{padding}{shown}{padding}{fence}"


def sql_block(text: str) -> str:
    """Return SQL as a fenced block whose fence no line of it can close."""
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}sql\n{text.strip()}\n{fence}"


def _visible(character: str) -> str:
    if unicodedata.category(character) not in _INVISIBLE:
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
    return environment
