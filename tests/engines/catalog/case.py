"""Cases as files: an object with every attribute set, and statements that change one each.

`setup` makes `object`, whose `fact` is spelled out. Each of `changes` names the fields that then
differ; those of other objects as `identity#field`, and `+identity` and `-identity` for what comes
and goes. `fixed` says why no statement changes a field in place.
"""

import dataclasses
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

import yaml
from pydantic import BaseModel, ConfigDict

from server.engines.catalog.diff import Added, Changed, Difference, Removed
from server.engines.catalog.fact import Fact
from server.engines.catalog.identity import Identity

_FOLDER = Path(__file__).with_name("cases")


class Change(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    sql: str
    fields: tuple[str, ...]


class Case(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    object: str
    fact: dict[str, Any]
    setup: str
    changes: tuple[Change, ...] = ()
    fixed: dict[str, str] = {}

    @property
    def kind(self) -> str:
        return self.object.partition(":")[0]


def cases() -> tuple[Case, ...]:
    return tuple(_read(path) for path in sorted(_FOLDER.glob("*.yaml")))


def _read(path: Path) -> Case:
    text = path.read_text(encoding="utf-8")
    return Case.model_validate({"name": path.stem, **yaml.load(text, Loader=yaml.CSafeLoader)})


def plain(fact: Fact) -> dict[str, object]:
    """Say what a fact says in the words of a case."""
    names = [each.name for each in dataclasses.fields(fact)]
    return {
        name: _plain(getattr(fact, name)) for name in names if name not in {"identity", "parent"}
    }


def _plain(value: object) -> object:
    match value:
        case Identity() | StrEnum():
            return str(value)
        case frozenset():
            return sorted(cast("frozenset[str]", value))
        case tuple():
            return [_plain(each) for each in cast("tuple[object, ...]", value)]
        case _ if dataclasses.is_dataclass(value):
            fields = dataclasses.fields(value)
            return {each.name: _plain(getattr(value, each.name)) for each in fields}
        case _:
            return value


def named(differences: Iterable[Difference], case: Case) -> set[str]:
    """Say what differs in the words of a case."""
    return {name for each in differences for name in _names(each, case)}


def _names(difference: Difference, case: Case) -> Iterator[str]:
    match difference:
        case Added():
            yield f"+{difference.identity}"
        case Removed():
            yield f"-{difference.identity}"
        case Changed():
            prefix = "" if str(difference.identity) == case.object else f"{difference.identity}#"
            yield from (f"{prefix}{change.field}" for change in difference.changes)
