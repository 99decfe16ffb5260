"""How row security policies come, change and go."""

from collections.abc import Iterable, Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.policy import Policy, PolicyCommand
from server.engines.migration.action import Action, plain, risky
from server.engines.migration.context import Change, Context
from server.engines.migration.hazard import Hazard, HazardKind
from server.engines.migration.kind import Kind
from server.engines.migration.relation import whole
from server.engines.sql.quote import identifier


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"POLICY {identifier(identity.name)} ON {whole(identity)}"


def _create(policy: Policy, context: Context) -> Iterable[Action]:
    words = [f"CREATE {_reference(policy.identity, context.new)}"]
    if not policy.is_permissive:
        words.append("AS RESTRICTIVE")
    if policy.command is not PolicyCommand.ALL:
        words.append(f"FOR {policy.command.upper()}")
    return plain(" ".join([*words, f"TO {_roles(policy)}", *_conditions(policy)]))


def _roles(policy: Policy) -> str:
    return ", ".join(
        "PUBLIC" if role == "public" else identifier(role) for role in sorted(policy.roles)
    )


def _conditions(policy: Policy) -> Iterator[str]:
    if policy.using is not None:
        yield f"USING ({policy.using})"
    if policy.with_check is not None:
        yield f"WITH CHECK ({policy.with_check})"


def _drop(policy: Policy, context: Context) -> Iterable[Action]:
    return plain(f"DROP {_reference(policy.identity, context.old)}")


def _alter(change: Change[Policy], context: Context) -> Iterable[Action] | None:
    old, new = change.old, change.new
    takes_away = (old.using and not new.using) or (old.with_check and not new.with_check)
    if takes_away or change.names & {"command", "is_permissive"}:
        return None
    words = [f"ALTER {_reference(new.identity, context.new)}"]
    if "roles" in change.names:
        words.append(f"TO {_roles(new)}")
    if change.names & {"using", "with_check"}:
        words.extend(_conditions(new))
    name = new.identity.qualified_name
    seen = Hazard(
        HazardKind.AUTHORIZATION, new.identity, f"{name} lets through other rows than before"
    )
    return risky([" ".join(words)], seen)


KIND = Kind(
    fact=Policy,
    rank=190,
    reference=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
)
