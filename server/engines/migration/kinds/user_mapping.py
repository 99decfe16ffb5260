"""How user mappings of foreign servers come, change and go.

The values of their options are never read, so none is ever written: a plan takes them from
settings of the session that applies it, and stops where one is not set. Of options that keep their
names while others come or go, the values stay as they are.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.user_mapping import UserMapping
from server.engines.migration.action import Action, plain, risky
from server.engines.migration.context import Change, Context
from server.engines.migration.fill_in import filled, setting
from server.engines.migration.hazard import Hazard, HazardKind, data_loss
from server.engines.migration.kind import Kind
from server.engines.postgres.loading.loader_role import OWNER
from server.engines.sql.quote import identifier


def _reference(identity: Identity, _catalog: Catalog) -> str:
    user = identity.name
    named = {"public": "PUBLIC", OWNER: "CURRENT_USER"}
    role = named.get(user) or identifier(user)
    return f"USER MAPPING FOR {role} SERVER {identifier(identity.of.name if identity.of else '')}"


def _create(mapping: UserMapping, context: Context) -> Iterable[Action]:
    head = f"CREATE {_reference(mapping.identity, context.new)}"
    if not mapping.option_names:
        return plain(head)
    clauses = {identifier(name): _setting(mapping, name) for name in sorted(mapping.option_names)}
    return risky([filled(head, clauses)], _to_fill_in(mapping, clauses))


def _setting(mapping: UserMapping, option: str) -> str:
    server = mapping.identity.of.name if mapping.identity.of else ""
    return setting(server, mapping.identity.name, option)


def _to_fill_in(mapping: UserMapping, clauses: Mapping[str, str]) -> Hazard:
    return Hazard(
        HazardKind.UNTRACKABLE,
        mapping.identity,
        f"the values of the options of {mapping.identity} are never read, and proven with "
        "placeholders: the session that runs this must have them as its settings "
        f"{', '.join(clauses.values())}, or it fails",
    )


def _drop(mapping: UserMapping, context: Context) -> Iterable[Action]:
    statement = f"DROP {_reference(mapping.identity, context.old)}"
    return risky([statement], *_lost_options(mapping, sorted(mapping.option_names)))


def _alter(change: Change[UserMapping], context: Context) -> Iterable[Action]:
    """Take options away, add others, and give all that are left new values if only those differ."""
    old, new = change.old, change.new
    gone = sorted(set(old.option_names) - set(new.option_names))
    come = sorted(set(new.option_names) - set(old.option_names))
    others = sorted(new.option_names) if _values_differ(old, new) and not (gone or come) else []
    clauses = {f"ADD {identifier(name)}": _setting(new, name) for name in come}
    clauses |= {f"SET {identifier(name)}": _setting(new, name) for name in others}
    drops = [f"DROP {identifier(name)}" for name in gone]
    head = f"ALTER {_reference(new.identity, context.new)}"
    if clauses:
        hazards = (*_lost_options(new, (*gone, *others)), _to_fill_in(new, clauses))
        return risky([filled(head, clauses, drops)], *hazards)
    if drops:
        return risky([f"{head} OPTIONS ({', '.join(drops)})"], *_lost_options(new, gone))
    return ()


def _lost_options(mapping: UserMapping, names: Sequence[str]) -> Iterator[Hazard]:
    if names:
        message = f"the options {', '.join(names)} of {mapping.identity} are lost"
        yield data_loss(mapping.identity, message)


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
