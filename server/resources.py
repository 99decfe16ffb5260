"""Guides, checks and profiles as texts with names: what `guide://` and its kin read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from server.errors import NotFoundError
from server.shipped import shipped

if TYPE_CHECKING:
    from server.engines.profiles.library import Library

_HEADING = re.compile(r"^## +(?P<title>.+?) *$", re.MULTILINE)
_FENCE = re.compile(r"^(```|~~~).*?^\1[ \t]*$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Guide:
    """One reference guide: its name and its whole Markdown."""

    name: str
    text: str

    @property
    def title(self) -> str:
        """The first heading."""
        return self.text.partition("\n")[0].removeprefix("#").strip()

    @property
    def summary(self) -> str:
        """The first paragraph below the title."""
        paragraphs = (part.strip() for part in self.text.split("\n\n"))
        return next((" ".join(p.split()) for p in paragraphs if p and not p.startswith("#")), "")

    @cached_property
    def sections(self) -> Mapping[str, str]:
        """The sections by slug, headings included; a heading in a code block starts none."""
        masked = _FENCE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), self.text)
        starts = [*_HEADING.finditer(masked)]
        ends = [*(match.start() for match in starts[1:]), len(self.text)]
        return MappingProxyType(
            {
                slug(match["title"]): self.text[match.start() : end].rstrip() + "\n"
                for match, end in zip(starts, ends, strict=True)
            }
        )


@cache
def guides() -> Mapping[str, Guide]:
    """Return every shipped guide by name, in alphabetical order."""
    found = sorted(
        (entry for entry in shipped("references").iterdir() if entry.name.endswith(".md")),
        key=lambda entry: entry.name,
    )
    read = (Guide(entry.name.removesuffix(".md"), entry.read_text("utf-8")) for entry in found)
    return MappingProxyType({guide.name: guide for guide in read})


def slug(title: str) -> str:
    """Return a heading as the last part of its address: `Index kinds` becomes `index-kinds`."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def guide(name: str) -> Guide:
    """Return one guide.

    Raises:
        NotFoundError: names the guides that exist.
    """
    try:
        return guides()[name]
    except KeyError:
        raise NotFoundError(f"No guide {name[:64]!r}. Guides: {', '.join(guides())}.") from None


def section(name: str, section_slug: str) -> str:
    """Return one section of a guide, heading included.

    Raises:
        NotFoundError: names the sections, or guides, that exist.
    """
    sections = guide(name).sections
    try:
        return sections[section_slug]
    except KeyError:
        raise NotFoundError(
            f"No section {section_slug[:64]!r} in {name}. Sections: {', '.join(sections)}."
        ) from None


def check_ids() -> tuple[str, ...]:
    """Return the id of every schema check."""
    from server.engines.analysis.registry import checks

    return tuple(check.id for check in checks())


def check(check_id: str) -> str:
    """Return the documentation of one schema check as Markdown.

    Raises:
        NotFoundError: names the check ids.
    """
    from server.engines.analysis.registry import checks

    for each in checks():
        if each.id == check_id:
            return each.documentation
    raise NotFoundError(f"No check {check_id[:64]!r}. Checks: {', '.join(check_ids())}.")


def lint_rule_ids() -> tuple[str, ...]:
    """Return the id of every rule about migrations."""
    from server.engines.migration.lint.registry import rules

    return tuple(rule.id for rule in rules())


def lint_rule(rule_id: str) -> str:
    """Return the documentation of one rule about migrations as Markdown.

    Raises:
        NotFoundError: names the rule ids.
    """
    from server.engines.migration.lint.registry import rules

    for each in rules():
        if each.id == rule_id:
            return each.documentation
    raise NotFoundError(f"No rule {rule_id[:64]!r}. Rules: {', '.join(lint_rule_ids())}.")


def profile_names(folder: Path | None) -> tuple[str, ...]:
    """Return the name of every usable profile, the operator's own included."""
    return _library(folder).names


def profile(name: str, folder: Path | None) -> str:
    """Return one profile as JSON.

    Raises:
        NotFoundError: names the profiles that exist, and the broken files.
    """
    return _library(folder).profile(name).model_dump_json(indent=2)


def _library(folder: Path | None) -> "Library":
    from server.engines.profiles.library import load_library

    return load_library(shipped("profiles"), folder)
