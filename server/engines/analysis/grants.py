"""Who but the owner may do what with an object, and how to take it back from everyone."""

from collections.abc import Iterator

from server.engines.analysis.scope import Scope
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.privilege import Privilege


def is_granted(identity: Identity, scope: Scope) -> bool:
    """Tell whether anyone but its owner holds a privilege on an object."""
    owner = owner_of(identity, scope)
    return any(each.grantee != owner for each in scope.catalog.privileges(identity))


def privileges_of_everyone(identity: Identity, scope: Scope) -> frozenset[str]:
    """Return the privileges of PUBLIC on an object, the implied ones included."""
    return frozenset(name for each in _of_everyone(identity, scope) for name in each.privileges)


def revoke(privileges: str, target: str, identity: Identity, scope: Scope) -> str:
    """Return how to take privileges on `target` from PUBLIC.

    Empty where others than the owner granted them: REVOKE takes back only what the role that runs
    it, or for which it runs, has granted.
    """
    owner = owner_of(identity, scope)
    if any(each.grantor != owner for each in _of_everyone(identity, scope)):
        return ""
    return f"REVOKE {privileges} ON {target} FROM PUBLIC;"


def owner_of(identity: Identity, scope: Scope) -> str | None:
    """Return the role that owns an object; a column has the owner of its table."""
    owner = scope.catalog.owner(identity)
    fact = scope.catalog.facts.get(identity)
    if owner is not None or fact is None or fact.parent is None:
        return owner
    return scope.catalog.owner(fact.parent)


def _of_everyone(identity: Identity, scope: Scope) -> Iterator[Privilege]:
    return (each for each in scope.catalog.privileges(identity) if each.is_to_everyone)
