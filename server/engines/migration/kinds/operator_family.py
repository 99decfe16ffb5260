"""How operator families come, change and go."""

from collections.abc import Iterable

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.operator_family import OperatorFamily
from server.engines.migration.action import Action, plain
from server.engines.migration.context import Change, Context
from server.engines.migration.kind import Kind
from server.engines.migration.printed import signature
from server.engines.sql.quote import identifiers, qualified


def _reference(identity: Identity, _catalog: Catalog) -> str:
    method = identifiers(identity.arguments or ())
    return f"OPERATOR FAMILY {qualified(*identity.names)} USING {method}"


def _create(family: OperatorFamily, context: Context) -> Iterable[Action]:
    reference = _reference(family.identity, context.new)
    added = [f"ALTER {reference} ADD {', '.join(family.members)}"] if family.members else []
    return plain(f"CREATE {reference}", *added)


def _drop(family: OperatorFamily, context: Context) -> Iterable[Action]:
    return plain(f"DROP {_reference(family.identity, context.old)}")


def _alter(change: Change[OperatorFamily], context: Context) -> Iterable[Action]:
    head = f"ALTER {_reference(change.new.identity, context.new)}"
    before, after = change.old.members, change.new.members
    gone = [_slot(each) for each in before if each not in after]
    come = [each for each in after if each not in before]
    return plain(
        *([f"{head} DROP {', '.join(gone)}"] if gone else []),
        *([f"{head} ADD {', '.join(come)}"] if come else []),
    )


def _slot(member: str) -> str:
    """Return what DROP names of a member: its word, its number and its types."""
    word, number, rest = member.split(" ", 2)
    return f"{word} {number} {signature(rest)}"


KIND = Kind(
    fact=OperatorFamily,
    rank=97,
    reference=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
)
