"""How aggregates come, change and go."""

from collections.abc import Iterable, Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.aggregate import Aggregate, AggregateType, Modify
from server.engines.catalog.kinds.routine import Argument, ArgumentMode, Parallel
from server.engines.migration.action import Action, plain, risky
from server.engines.migration.context import Change, Context
from server.engines.migration.kind import Kind
from server.engines.migration.kinds.routine import keeps_names, risks_of_dropping
from server.engines.migration.printed import operator_name
from server.engines.sql.quote import identifier, literal, qualified


def _reference(identity: Identity, catalog: Catalog) -> str:
    aggregate = catalog.get(identity, Aggregate)
    if aggregate is None:
        types = ", ".join(identity.arguments or ()) or "*"
        return f"AGGREGATE {qualified(*identity.names)}({types})"
    return f"AGGREGATE {_signature(aggregate)}"


def _grant_on(identity: Identity, _catalog: Catalog) -> str:
    return f"FUNCTION {qualified(*identity.names)}({', '.join(identity.arguments or ())})"


def _signature(aggregate: Aggregate) -> str:
    name = qualified(*aggregate.identity.names)
    inputs = [_input(each) for each in aggregate.arguments]
    if aggregate.type is AggregateType.NORMAL:
        return f"{name}({', '.join(inputs) or '*'})"
    direct = ", ".join(inputs[: aggregate.direct_arguments])
    # One VARIADIC argument may stand for both halves.
    ordered = ", ".join(inputs[aggregate.direct_arguments :] or inputs[-1:])
    return f"{name}({f'{direct} ' if direct else ''}ORDER BY {ordered})"


def _input(argument: Argument) -> str:
    mode = "VARIADIC " if argument.mode is ArgumentMode.VARIADIC else ""
    name = f"{identifier(argument.name)} " if argument.name else ""
    return f"{mode}{name}{argument.type}"


def _definition(aggregate: Aggregate) -> str:
    options = (*_state(aggregate), *_partial(aggregate), *_moving(aggregate), *_others(aggregate))
    return f"AGGREGATE {_signature(aggregate)} ({', '.join(options)})"


def _state(aggregate: Aggregate) -> Iterator[str]:
    yield f"SFUNC = {aggregate.transition}"
    yield f"STYPE = {aggregate.state_type}"
    if aggregate.state_space:
        yield f"SSPACE = {aggregate.state_space}"
    if aggregate.final is not None:
        yield f"FINALFUNC = {aggregate.final}"
    if aggregate.has_final_extra:
        yield "FINALFUNC_EXTRA"
    yield from _modify("FINALFUNC_MODIFY", aggregate.final_modify, aggregate.type)
    if aggregate.initial_state is not None:
        yield f"INITCOND = {literal(aggregate.initial_state)}"


def _partial(aggregate: Aggregate) -> Iterator[str]:
    if aggregate.combine is not None:
        yield f"COMBINEFUNC = {aggregate.combine}"
    if aggregate.serial is not None:
        yield f"SERIALFUNC = {aggregate.serial}"
    if aggregate.deserial is not None:
        yield f"DESERIALFUNC = {aggregate.deserial}"


def _moving(aggregate: Aggregate) -> Iterator[str]:
    if aggregate.moving_transition is not None:
        yield f"MSFUNC = {aggregate.moving_transition}"
        yield f"MINVFUNC = {aggregate.moving_inverse}"
        yield f"MSTYPE = {aggregate.moving_state_type}"
    if aggregate.moving_state_space:
        yield f"MSSPACE = {aggregate.moving_state_space}"
    if aggregate.moving_final is not None:
        yield f"MFINALFUNC = {aggregate.moving_final}"
    if aggregate.has_moving_final_extra:
        yield "MFINALFUNC_EXTRA"
    yield from _modify("MFINALFUNC_MODIFY", aggregate.moving_final_modify, aggregate.type)
    if aggregate.moving_initial_state is not None:
        yield f"MINITCOND = {literal(aggregate.moving_initial_state)}"


def _modify(word: str, modify: Modify, kind: AggregateType) -> Iterator[str]:
    usual = Modify.READ_ONLY if kind is AggregateType.NORMAL else Modify.READ_WRITE
    if modify is not usual:
        yield f"{word} = {modify.upper().replace(' ', '_')}"


def _others(aggregate: Aggregate) -> Iterator[str]:
    if aggregate.sort_operator is not None:
        yield f"SORTOP = {operator_name(aggregate.sort_operator)}"
    if aggregate.parallel is not Parallel.UNSAFE:
        yield f"PARALLEL = {aggregate.parallel.upper()}"
    if aggregate.type is AggregateType.HYPOTHETICAL_SET:
        yield "HYPOTHETICAL"


def _create(aggregate: Aggregate, _context: Context) -> Iterable[Action]:
    return plain(f"CREATE {_definition(aggregate)}")


def _drop(aggregate: Aggregate, context: Context) -> Iterable[Action]:
    identity = aggregate.identity
    statement = f"DROP {_reference(identity, context.old)}"
    return risky([statement], *risks_of_dropping(identity, context))


def _alter(change: Change[Aggregate], _context: Context) -> Iterable[Action] | None:
    old, new = change.old, change.new
    is_replaceable = (
        not change.names & {"type", "direct_arguments"}
        and old.returns == new.returns
        and keeps_names(old.arguments, new.arguments)
    )
    return plain(f"CREATE OR REPLACE {_definition(new)}") if is_replaceable else None


KIND = Kind(
    fact=Aggregate,
    rank=95,
    reference=_reference,
    grant_on=_grant_on,
    create=_create,
    drop=_drop,
    alter=_alter,
)
