"""A fact: what a schema says about one addressable thing."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar, Self

from server.engines.catalog.compare import Rule
from server.engines.catalog.identity import Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One object, or one thing said about an object, with names instead of numbers.

    `parent` is what the object is a part of, as a column is of its table and a table of its
    schema; a comment, owner or privilege is a part of what it is said about.
    """

    kind: ClassVar[str]
    """The word that begins the identities of this kind."""
    is_cluster_wide: ClassVar[bool] = False
    """Whether all databases of a server share it, so that it is no part of a schema."""
    is_said_of_parent: ClassVar[bool] = False
    """Whether it is a remark about any kind of object: comment, owner, privilege, label."""

    identity: Identity
    parent: Identity | None = None


class Coded(StrEnum):
    """A choice that pg_catalog stores as a letter."""

    code: str

    def __new__(cls, value: str, code: str) -> Self:
        """Make a member of a word and the letter."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.code = code
        return member


Options = Annotated[tuple[str, ...], Rule.AS_SET]
"""`name=value` settings, whose order means nothing."""

Derived = Annotated[str, Rule.IGNORED]
"""Text for readers, made by PostgreSQL from what other fields already say."""
