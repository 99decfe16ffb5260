"""What is decided about a statement: who runs it, in which form, and what to say about it."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Plain:
    """The loader, who is no superuser, runs it.

    `roles` are those it names. A `new_owner` may lack a privilege that taking over demands and
    that the loader can lend. If the loader may not run it, `if_denied` says what is lost, or is
    empty where nothing may be. `then` has to follow.
    """

    sql: str
    roles: frozenset[str] = frozenset()
    new_owner: str = ""
    if_denied: str = ""
    then: "Elevated | None" = None


class Power(StrEnum):
    """What a superuser is needed for; each was looked at for a way to run foreign code."""

    COMMENT = "comment"
    CAST = "cast"
    EVENT_TRIGGER = "event trigger"
    LEAKPROOF = "leakproof"
    OPERATOR_CLASS = "operator class"
    PUBLICATION = "publication"
    SUBSCRIPTION = "subscription"
    WRAPPER = "foreign-data wrapper"


@dataclass(frozen=True, slots=True)
class Elevated:
    """The superuser runs it, because nothing in it can run foreign code.

    If `loader_first`, only after the loader was denied. `schema` is where it creates something,
    None where it does not; an empty one is the first of the search path.
    """

    sql: str
    power: Power
    roles: frozenset[str] = frozenset()
    note: str = ""
    schema: str | None = None
    loader_first: bool = False


@dataclass(frozen=True, slots=True)
class CreateExtension:
    """An extension is to be created; `schema` is empty where the author named none."""

    name: str
    schema: str
    sql: str
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RoleChange:
    """It creates, changes or grants roles, which reach beyond one database.

    Run as written on a server whose CREATEROLE is harmless; elsewhere `created` are the roles
    to make instead, and `granted` maps a member to the roles it gets.
    """

    sql: str
    note: str = ""
    created: frozenset[str] = frozenset()
    granted: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """It sets a parameter for what follows; `is_local` until the end of the transaction."""

    name: str
    sql: str
    is_local: bool
    roles: frozenset[str] = frozenset()


class Edge(StrEnum):
    """Which end of a transaction the author wrote."""

    BEGIN = "begin"
    COMMIT = "commit"


@dataclass(frozen=True, slots=True)
class TransactionEdge:
    """A transaction begins or ends; each statement is committed by itself all the same."""

    edge: Edge


@dataclass(frozen=True, slots=True)
class Skipped:
    """Nobody runs it: `note` says why where that is worth saying."""

    note: str = ""


Verdict = Plain | Elevated | CreateExtension | RoleChange | Setting | TransactionEdge | Skipped
