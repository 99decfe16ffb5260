"""How a kind is read: the query, and how its rows are named and become facts."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from server.engines.catalog.fact import Fact
from server.engines.catalog.identity import Identity

Row = Mapping[str, Any]
Naming = Callable[[Row, Identity | None], Identity]
"""Gives the identity of a row's object, from the row and the identity of its parent."""


@dataclass(frozen=True, slots=True)
class Newer:
    """Part of a query that servers before `major` do not know, and what stands in for it."""

    major: int
    stand_in: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """The query of one kind.

    Its columns are the fact's fields and, for the machinery, `oid` (with `subid`, where the
    objects are parts of numbered ones), `parent_oid` (with `parent_subid`, and `parent_catalog`
    where that differs from row to row) and whatever the naming reads, at most `name`.
    Fields that refer to objects hold their numbers.
    """

    fact: type[Fact]
    catalog: str
    """The table of pg_catalog whose `oid` the rows have."""
    sql: str
    naming: Naming
    parent: str = "pg_namespace"
    """The table of pg_catalog that `parent_oid` points into."""
    goes_with_parent: bool = True
    """Whether it is a member of the extension that its parent is a member of, unless that is a
    schema, which others use, too."""
    is_of_built_in: bool = False
    """Whether it gives rows of what PostgreSQL comes with, so that no count tells if it has any."""
    newer: Mapping[str, Newer] = field(default_factory=dict[str, Newer])
    since: int = 14
    adapt: Callable[[Row], Row] | None = None
    """What SQL cannot say: makes the fact's columns from the query's."""

    def is_idle(self, major: int, numbers: Mapping[str, Collection[int]]) -> bool:
        """Whether it can give no row, given the numbers of all objects in tables of pg_catalog."""
        has_none = self.catalog in numbers and not numbers[self.catalog]
        return major < self.since or (has_none and not self.is_of_built_in)

    def query(self, major: int) -> str:
        """Return the query as a server of this major understands it."""
        sql = self.sql
        for part, newer in self.newer.items():
            if major < newer.major:
                sql = sql.replace(part, newer.stand_in)
        return sql


def named(kind: str) -> Naming:
    """Name objects that lie in nothing, such as schemas and roles."""

    def naming(row: Row, _parent: Identity | None) -> Identity:
        return Identity(kind, (row["name"],))

    return naming


def in_parent(kind: str) -> Naming:
    """Name objects within their parent, by a signature too if the row has one."""

    def naming(row: Row, parent: Identity | None) -> Identity:
        names = (*(() if parent is None else parent.names), row["name"])
        signature = row.get("signature")
        return Identity(kind, names, None if signature is None else tuple(signature))

    return naming


def beside_parent(kind: str) -> Naming:
    """Name objects that share the schema of what they are a part of: indexes."""

    def naming(row: Row, parent: Identity | None) -> Identity:
        return Identity(kind, (*(() if parent is None else parent.names[:1]), row["name"]))

    return naming


def as_parent(kind: str) -> Naming:
    """Give objects the names of their only possible parent: defaults of columns."""

    def naming(_row: Row, parent: Identity | None) -> Identity:
        return Identity(kind, () if parent is None else parent.names)

    return naming


def by_signature(kind: str) -> Naming:
    """Name objects that have no name: casts and transforms."""

    def naming(row: Row, _parent: Identity | None) -> Identity:
        return Identity(kind, (), tuple(row["signature"]))

    return naming


def of_parent(kind: str) -> Naming:
    """Name what is said about an object, by `names` and a signature if several can be said."""

    def naming(row: Row, parent: Identity | None) -> Identity:
        signature = row.get("signature")
        arguments = None if signature is None else tuple(signature)
        return Identity(kind, tuple(row.get("names", ())), arguments, of=parent)

    return naming
