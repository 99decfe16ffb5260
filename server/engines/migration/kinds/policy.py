"""How row security policies come, change and go."""

from collections.abc import Iterable, Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import ConstraintType
from server.engines.catalog.kinds.policy import Policy, PolicyCommand
from server.engines.catalog.kinds.table import Table
from server.engines.migration.action import Action, plain, risky
from server.engines.migration.backfill import is_given
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
    statement = " ".join([*words, f"TO {_roles(policy)}", *_conditions(policy)])
    return risky([statement], *_hidden(policy, context))


def _hidden(policy: Policy, context: Context) -> Iterator[Hazard]:
    """Yield the new columns by which it tells rows, and which rows that are there leave empty."""
    for column in _tested(policy, context):
        is_new = context.is_created(column.identity) and not context.is_created(column.parent)
        is_filled = context.new.default(column.identity) or is_given(column, context)
        if is_new and not is_filled and column.generated_mode is None:
            message = (
                f"rows that are there have no {column.identity.qualified_name}, by which "
                f"{policy.identity.qualified_name} tells them: it may hide them from programs and "
                "refuse their writes; give the rows a value with @backfill"
            )
            yield Hazard(HazardKind.BREAKS_CLIENTS, policy.identity, message)


def _tested(policy: Policy, context: Context) -> Iterator[Column]:
    for dependency in context.new.dependencies_of(policy.identity):
        column = context.new.get(dependency.referenced, Column)
        if column is not None:
            yield column


def _needs(policy: Policy, context: Context) -> Iterator[Identity]:
    """Let rows that are there get their values before a policy tells them by those."""
    for column in _tested(policy, context):
        yield column.identity
        default = context.new.default(column.identity)
        yield from () if default is None else (default.identity,)
        constraints = context.new.constraints(column.parent) if column.parent is not None else ()
        for each in constraints:
            if each.type is ConstraintType.NOT_NULL and each.columns == (column.identity.name,):
                yield each.identity


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


def _outlives(policy: Policy, context: Context) -> Iterator[Identity]:
    """Let row security end before its last policy goes, or nobody sees a row in between."""
    table = policy.parent
    needed = (each.referenced for each in context.old.dependencies_of(policy.identity))
    # What goes with the policy goes before its table is altered.
    if table is None or any(map(context.is_dropped, (table, *needed))):
        return
    old, new = context.old.get(table, Table), context.new.get(table, Table)
    if old is not None and new is not None and old.has_row_security and not new.has_row_security:
        yield table


KIND = Kind(
    fact=Policy,
    rank=190,
    reference=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
    needs=_needs,
    awaits=_needs,
    outlives=_outlives,
)
