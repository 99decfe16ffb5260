"""The one renderer of workflows: a template, the caller's words as data, the guides it needs."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from server.prompts.prompt import GuideMessage, Message, TextMessage
from server.reports.render import quoted

if TYPE_CHECKING:
    from jinja2 import Environment

GuideReader = Callable[[str, str], str]
"""Takes the name of a guide and the slug of a section, and returns its Markdown."""

EXAMPLE_SOURCE = "file:schema.sql"

_LONGEST_QUOTE = 600  # characters of a caller's words that a prompt repeats
_SOURCE = re.compile(r"(?:file|dir|db|git):[!-_a-~]{1,200}|empty")  # no blank, no backtick
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_$]{0,62}(?:\.[A-Za-z_][A-Za-z0-9_$]{0,62})?")
_MOST_NAMES = 20
_BLANK_LINES = re.compile(r"\n{3,}")


def workflow(
    template: str,
    sections: Sequence[str],
    guide: GuideReader,
    *,
    said: Mapping[str, str],
    values: Mapping[str, object],
) -> tuple[Message, ...]:
    """Return a workflow's own text, then the guide sections it leans on.

    Args:
        template: the file's name without its endings.
        sections: addresses of sections, as in `api_design_patterns/envelope`.
        guide: reads a section.
        said: what the caller said, by label; shown as quoted data, blank values not at all.
        values: what the template prints and branches on; already parsed.
    """
    words = {
        label: quoted(text.strip(), _LONGEST_QUOTE) for label, text in said.items() if text.strip()
    }
    body = _environment().get_template(f"{template}.md.j2").render(said=words, call=_call, **values)
    embedded = (
        GuideMessage(f"guide://{address}", guide(*address.split("/"))) for address in sections
    )
    return (TextMessage(_BLANK_LINES.sub("\n\n", body).strip() + "\n"), *embedded)


def source_of(text: str) -> str:
    """Return the schema source to call a tool with: the caller's if it is one, else an example."""
    return text.strip() if _SOURCE.fullmatch(text.strip()) else EXAMPLE_SOURCE


def names_of(text: str) -> tuple[str, ...]:
    """Return the names in a list with commas; none at all if one of them is no plain name."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    is_plain = len(names) <= _MOST_NAMES and all(map(_NAME.fullmatch, names))
    return tuple(names) if is_plain else ()


def _call(tool: str, **arguments: object) -> str:
    """Return a filled-in call as a block; arguments without a value are left out."""
    given = {name: value for name, value in arguments.items() if value}
    call = json.dumps({"name": tool, "arguments": given})
    return f"```json\n{call}\n```"


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=False,  # ruff: ignore[jinja2-autoescape-false] - Markdown for a model, not HTML; foreign text goes through quoted
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
