"""Findings that people decided to live with: a YAML file of keys with reasons."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from server.engines.analysis.finding import Finding
from server.errors import InvalidInputError

DEFAULT_FILE = ".senior-backend/suppress.yaml"


class Suppression(BaseModel):
    """One accepted finding: its key, where `*` stands for anything, and why it is accepted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str = Field(min_length=1)
    reason: str = Field(min_length=1)

    def covers(self, finding: Finding) -> bool:
        """Tell whether this entry means `finding`."""
        first, *others = self.key.split("*")
        if not others:
            return finding.key == first
        return finding.key.startswith(first) and _follow(others, finding.key, len(first))


@dataclass(frozen=True, slots=True)
class Sifted:
    """Findings apart from the suppressed ones, and the entries that matched nothing."""

    kept: tuple[Finding, ...]
    suppressed: tuple[tuple[Finding, str], ...]
    stale: tuple[str, ...]


def read_suppressions(text: str, file: str) -> tuple[Suppression, ...]:
    """Read a suppress file: a list of `key` and `reason`.

    Raises:
        InvalidInputError: the file is not such a list; says which entry and why.
    """
    import yaml

    try:
        content: object = yaml.load(text, Loader=yaml.CSafeLoader)
        return TypeAdapter(tuple[Suppression, ...]).validate_python(content or ())
    except yaml.YAMLError as error:
        raise InvalidInputError(f"{file} is not YAML: {error}") from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidInputError(
            f"{file}: entry {where or 'list'}: {first['msg']}.",
            next_step="Write a list of `- key: CHECK:OBJECT` with `reason: WHY`.",
        ) from None


def sift(findings: Iterable[Finding], suppressions: Iterable[Suppression]) -> Sifted:
    """Set the suppressed findings apart; an entry that matches nothing is stale."""
    entries = tuple(suppressions)
    kept = list[Finding]()
    suppressed = list[tuple[Finding, str]]()
    used = set[str]()
    for finding in findings:
        entry = next((each for each in entries if each.covers(finding)), None)
        if entry is None:
            kept.append(finding)
        else:
            suppressed.append((finding, entry.reason))
            used.add(entry.key)
    stale = tuple(entry.key for entry in entries if entry.key not in used)
    return Sifted(tuple(kept), tuple(suppressed), stale)


def _follow(parts: Sequence[str], text: str, start: int) -> bool:
    """Tell whether the parts stand in `text` one after the other, the last one at its end.

    The first place that fits is as good as any, so no key costs more than one pass.
    """
    *inner, last = parts
    for part in inner:
        place = text.find(part, start)
        if place < 0:
            return False
        start = place + len(part)
    return text.endswith(last) and len(text) - len(last) >= start
