"""How default privileges come, change and go: always by the difference alone."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.default_privilege import DefaultPrivilege
from server.engines.catalog.kinds.schema import Schema
from server.engines.migration.action import Action
from server.engines.migration.context import Change, Context
from server.engines.migration.hazard import Hazard, HazardKind
from server.engines.migration.kind import Kind
from server.engines.sql.quote import identifier

_EVERYONE = "public"


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"DEFAULT PRIVILEGES FOR ROLE {identifier(identity.of.name if identity.of else '')}"


def _create(default: DefaultPrivilege, _context: Context) -> Iterable[Action]:
    return _led(_emptied(default), default)


def _drop(default: DefaultPrivilege, context: Context) -> Iterable[Action]:
    # PostgreSQL keeps those of one creator together, and says of one of them what it hangs on.
    schema = Identity(Schema.kind, (default.in_schema or "",))
    if context.is_dropped(schema):
        return ()
    return _led(default, _emptied(default))


def _alter(change: Change[DefaultPrivilege], _context: Context) -> Iterable[Action]:
    return _led(change.old, change.new)


def _emptied(default: DefaultPrivilege) -> DefaultPrivilege:
    """Return what PostgreSQL does where nobody said otherwise."""
    nothing: frozenset[str] = frozenset()
    return replace(default, granted=nothing, grantable=nothing, revoked=nothing)


def _led(old: DefaultPrivilege, new: DefaultPrivilege) -> tuple[Action, ...]:
    """Return what leads from one to the other: first what is taken, then what is given.

    The owner may pass on what is granted to it anew: then it is taken from it first.
    """
    taken = (old.granted - new.granted) | (new.revoked - old.revoked)
    given = ((new.granted - old.granted) | (old.revoked - new.revoked)) | (new.granted & taken)
    no_longer_passed_on = (old.grantable - new.grantable) & new.granted - taken
    passed_on = (given & new.grantable) | (new.grantable - old.grantable)
    return (
        *_taken(new, taken, ""),
        *_taken(new, no_longer_passed_on, "GRANT OPTION FOR "),
        *_given(new, given - passed_on, ""),
        *_given(new, passed_on, " WITH GRANT OPTION"),
    )


def _taken(default: DefaultPrivilege, names: Iterable[str], what: str) -> Iterator[Action]:
    if names:
        words = f"REVOKE {what}{', '.join(sorted(names))} ON {_objects(default)}"
        yield Action(f"{_head(default)} {words} FROM {_grantee(default)}")


def _given(default: DefaultPrivilege, names: Iterable[str], how: str) -> Iterator[Action]:
    if names:
        words = f"GRANT {', '.join(sorted(names))} ON {_objects(default)}"
        sql = f"{_head(default)} {words} TO {_grantee(default)}{how}"
        yield Action(sql, hazards=tuple(_hazards(default, names)))


def _hazards(default: DefaultPrivilege, names: Iterable[str]) -> Iterator[Hazard]:
    if default.grantee == _EVERYONE:
        where = f" in {default.in_schema}" if default.in_schema else ""
        yield Hazard(
            HazardKind.AUTHORIZATION,
            default.identity,
            f"every role gets {', '.join(sorted(names))} on {default.object_type} that "
            f"{default.creator} creates{where} from now on",
        )


def _head(default: DefaultPrivilege) -> str:
    schema = f" IN SCHEMA {identifier(default.in_schema)}" if default.in_schema else ""
    return f"ALTER DEFAULT PRIVILEGES FOR ROLE {identifier(default.creator)}{schema}"


def _objects(default: DefaultPrivilege) -> str:
    return default.object_type.upper()


def _grantee(default: DefaultPrivilege) -> str:
    return "PUBLIC" if default.grantee == _EVERYONE else identifier(default.grantee)


KIND = Kind(
    fact=DefaultPrivilege,
    rank=400,
    reference=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
)
