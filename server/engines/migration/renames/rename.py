"""One rename: who an object is in the one schema, and who it is in the other."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Self

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.fact import Fact
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.aggregate import Aggregate
from server.engines.catalog.kinds.enum_type import EnumType
from server.engines.catalog.kinds.routine import Routine

LABEL = "enum_label"
"""Stands in identities for a label of an enum, which is no fact of its own."""
_HOLDS_NAMES = frozenset({"schema", "table", "foreign_table", "view", "materialized_view"}) | {
    *("composite_type", "domain", "enum", "range", "base_type")
}
_NAME = r'(?:[a-z_][a-z0-9_$]*|"(?:[^"]|"")+")'
_TYPE = re.compile(rf"(?P<names>{_NAME}\.{_NAME})(?P<array>(?:\[\])?)")


@dataclass(frozen=True, slots=True)
class Rename:
    """`old` is named as in the source, `new` as in the target, schema and table included."""

    old: Identity
    new: Identity

    @property
    def reversed(self) -> Self:
        """The way back."""
        return type(self)(self.new, self.old)

    @property
    def holds_names(self) -> bool:
        """Whether the names of other objects begin with its own."""
        return self.old.kind in _HOLDS_NAMES


@dataclass(frozen=True, slots=True)
class Translation:
    """Names of one schema in the words of the other, given what was renamed."""

    heads: Mapping[tuple[str, ...], tuple[str, ...]]

    @classmethod
    def forward(cls, renames: Iterable[Rename]) -> Self:
        """Translate names of the source to those of the target."""
        return cls({each.old.names: each.new.names for each in renames if each.holds_names})

    @classmethod
    def back(cls, renames: Iterable[Rename]) -> Self:
        """Translate names of the target to those of the source."""
        return cls.forward(each.reversed for each in renames)

    def place(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Return the names with the schema and table translated that they lead through."""
        for length in range(len(names) - 1, 0, -1):
            head = self.heads.get(names[:length])
            if head is not None:
                return (*head, *names[length:])
        return names

    def identity(self, identity: Identity) -> Identity:
        """Return an object with its own name in the place and with the arguments it has there."""
        names, arguments = self.place(identity.names), self._arguments(identity.arguments)
        return replace(identity, names=names, arguments=arguments)

    def _arguments(self, types: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return None if types is None else tuple(map(self._type, types))

    def _type(self, text: str) -> str:
        match = _TYPE.fullmatch(text)
        if match is None:
            return text
        names = Identity.parse(f"type:{match['names']}").names
        there = self.heads.get(names, self.place(names))
        return f"{Identity('', there).qualified_name}{match['array']}"


def holds(catalog: Catalog, identity: Identity) -> bool:
    """Whether a schema has an object, or an enum has a label."""
    if identity.kind != LABEL:
        return identity in catalog
    enum = catalog.get(Identity(EnumType.kind, identity.names[:-1]), EnumType)
    return enum is not None and identity.name in enum.labels


def siblings(catalog: Catalog, identity: Identity) -> tuple[Identity, ...]:
    """Return the objects of one kind in one place, whether the identity is among them or not."""
    if identity.kind == LABEL:
        enum = catalog.get(Identity(EnumType.kind, identity.names[:-1]), EnumType)
        labels = () if enum is None else enum.labels
        return tuple(Identity(LABEL, (*identity.names[:-1], label)) for label in labels)
    return tuple(
        each
        for each in catalog.facts
        if each.kind == identity.kind and each.names[:-1] == identity.names[:-1]
    )


def overloads(catalog: Catalog, kind: str, names: tuple[str, ...]) -> tuple[Identity, ...]:
    """Return the routines of one name."""
    cls: type[Fact] = Aggregate if kind == Aggregate.kind else Routine
    return tuple(each.identity for each in catalog.of(cls) if each.identity.names == names)
