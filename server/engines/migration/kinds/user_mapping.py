"""How user mappings of foreign servers come, change and go.

The values of their options are never read, so none is ever written. A mapping is created without
options, and the plan says which ones are to be set by hand. Of a mapping that is there, options
are taken away; that others came or have new values is refused, since a plan that left them as
they are would be called complete and be wrong.
"""

from collections.abc import Iterable, Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.user_mapping import UserMapping
from server.engines.migration.action import Action, risky
from server.engines.migration.context import Change, Context
from server.engines.migration.hazard import Hazard, HazardKind, data_loss
from server.engines.migration.kind import Kind
from server.engines.postgres.loading.loader_role import OWNER
from server.engines.sql.quote import identifier
from server.errors import RefusedError


def _reference(identity: Identity, _catalog: Catalog) -> str:
    user = identity.name
    named = {"public": "PUBLIC", OWNER: "CURRENT_USER"}
    role = named.get(user) or identifier(user)
    return f"USER MAPPING FOR {role} SERVER {identifier(identity.of.name if identity.of else '')}"


def _create(mapping: UserMapping, context: Context) -> Iterable[Action]:
    statement = f"CREATE {_reference(mapping.identity, context.new)}"
    return risky([statement], *_to_be_set(mapping))


def _to_be_set(mapping: UserMapping) -> Iterator[Hazard]:
    if mapping.option_names:
        yield Hazard(
            HazardKind.UNTRACKABLE,
            mapping.identity,
            f"{mapping.identity} is created without options, whose values are never read: "
            f"set {', '.join(sorted(mapping.option_names))} by hand",
        )


def _drop(mapping: UserMapping, context: Context) -> Iterable[Action]:
    statement = f"DROP {_reference(mapping.identity, context.old)}"
    return risky([statement], *_lost(mapping))


def _lost(mapping: UserMapping) -> Iterator[Hazard]:
    """Yield what is lost with a mapping: options that nothing could restore."""
    if mapping.option_names:
        names = ", ".join(sorted(mapping.option_names))
        yield data_loss(mapping.identity, f"the options {names} of {mapping.identity} are lost")


def _alter(change: Change[UserMapping], context: Context) -> Iterable[Action]:
    """Take options away.

    Raises:
        RefusedError: an option came or got another value.
    """
    old, new = change.old, change.new
    gone = sorted(set(old.option_names) - set(new.option_names))
    come = sorted(set(new.option_names) - set(old.option_names))
    if come or (not gone and _values_differ(old, new)):
        raise RefusedError(
            f"The options of {new.identity} differ, and their values are never read.",
            next_step=f"Set them by hand with ALTER {_reference(new.identity, context.new)} "
            f"OPTIONS (…), then plan again.",
        )
    if not gone:
        return ()
    dropped = ", ".join(f"DROP {identifier(name)}" for name in gone)
    statement = f"ALTER {_reference(new.identity, context.new)} OPTIONS ({dropped})"
    message = f"the options {', '.join(gone)} of {new.identity} are lost"
    return risky([statement], data_loss(new.identity, message))


def _values_differ(old: UserMapping, new: UserMapping) -> bool:
    """Whether some value differs; where one side could not see them, nobody knows."""
    return None not in {old.options_digest, new.options_digest} and (
        old.options_digest != new.options_digest
    )


KIND = Kind(
    fact=UserMapping,
    rank=67,
    reference=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
)
