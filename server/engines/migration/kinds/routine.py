"""How functions and procedures come, change and go."""

import struct
from collections.abc import Iterable, Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.diff import changes
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.routine import Argument, ArgumentMode, Routine, RoutineType
from server.engines.migration.action import Action, plain, risky
from server.engines.migration.context import Change, Context
from server.engines.migration.hazard import Hazard, HazardKind
from server.engines.migration.kind import Kind
from server.engines.migration.printed import items
from server.engines.migration.setting import changed_settings
from server.engines.migration.stale import stale_results
from server.engines.sql.quote import qualified

_OR_REPLACE = "CREATE OR REPLACE "
_INPUTS = {ArgumentMode.IN, ArgumentMode.INOUT, ArgumentMode.VARIADIC}
_OUTPUTS = {ArgumentMode.OUT, ArgumentMode.INOUT, ArgumentMode.TABLE}
_ATTRIBUTES = (
    "volatility",
    "is_strict",
    "is_security_definer",
    "is_leakproof",
    "parallel",
    "cost",
    "rows",
    "support",
    "settings",
)
# What decides the result; the rest decides who may call it, and how it is planned.
_COMPUTES = frozenset({"body", "sql_body", "library", "language", "is_strict", "settings"})
_POLYMORPHIC = ("any", "anyelement", "anyarray", "anynonarray", "anyenum", "anyrange")


def _reference(identity: Identity, catalog: Catalog) -> str:
    routine = catalog.get(identity, Routine)
    types = identity.arguments or ()
    if routine is not None and routine.type is RoutineType.PROCEDURE:
        # Without a mode, types are compared with those of all arguments, OUT ones too.
        return (
            f"PROCEDURE {qualified(*identity.names)}({', '.join(f'IN {each}' for each in types)})"
        )
    word = "ROUTINE" if routine is None else "FUNCTION"
    return f"{word} {qualified(*identity.names)}({', '.join(types)})"


def _create(routine: Routine, context: Context) -> Iterable[Action]:
    definition = routine.definition.removeprefix(_OR_REPLACE).rstrip("\n")
    return plain(f"CREATE {definition}", *_exact_numbers(routine, context))


def _exact_numbers(routine: Routine, context: Context) -> Iterator[str]:
    """Yield what sets the estimates that PostgreSQL prints with too few digits."""
    head = f"ALTER {_reference(routine.identity, context.new)}"
    for word, number in (("COST", routine.cost), ("ROWS", routine.rows)):
        if _single(float(f"{number:g}")) != number:
            yield f"{head} {word} {_number(number)}"


def _number(number: float) -> str:
    """Write a number of single precision with as few digits as give it back."""
    return next(
        text
        for digits in range(6, 18)
        for text in [f"{number:.{digits}g}"]
        if _single(float(text)) == number
    )


def _single(number: float) -> float:
    return float(struct.unpack("f", struct.pack("f", number))[0])


def _drop(routine: Routine, context: Context) -> Iterable[Action]:
    statement = f"DROP {_reference(routine.identity, context.old)}"
    return risky([statement], *risks_of_dropping(routine.identity, context))


def risks_of_dropping(identity: Identity, context: Context) -> Iterator[Hazard]:
    """Yield what dropping a routine or aggregate puts at risk; coming back as it was, nothing."""
    name = identity.qualified_name
    if not context.is_created(identity):
        yield Hazard(
            HazardKind.BREAKS_CLIENTS,
            identity,
            f"{name} is gone; bodies of routines and programs that call it fail",
        )
    elif changes(context.old[identity], context.new[identity]):
        yield Hazard(
            HazardKind.UNTRACKABLE,
            identity,
            f"{name} comes back with another result or other arguments; "
            "bodies of routines and programs that call it are not followed",
        )


def _alter(change: Change[Routine], context: Context) -> Iterable[Action] | None:
    if change.only(*_ATTRIBUTES) and not _loses_support(change):
        head = f"ALTER {_reference(change.new.identity, context.new)}"
        return risky([f"{head} {' '.join(_clauses(change))}"], *_risks(change, context))
    if not _can_be_replaced(change):
        return None
    statement = change.new.definition.rstrip("\n")
    return (
        *risky([statement], *_risks(change, context)),
        *plain(*_exact_numbers(change.new, context)),
    )


def _loses_support(change: Change[Routine]) -> bool:
    """Whether a support function goes, which ALTER FUNCTION has no word for."""
    return change.old.support is not None and change.new.support is None


def _clauses(change: Change[Routine]) -> Iterator[str]:
    new = change.new
    clauses = {
        "volatility": new.volatility.upper(),
        "is_strict": "STRICT" if new.is_strict else "CALLED ON NULL INPUT",
        "is_security_definer": f"SECURITY {'DEFINER' if new.is_security_definer else 'INVOKER'}",
        "is_leakproof": "LEAKPROOF" if new.is_leakproof else "NOT LEAKPROOF",
        "parallel": f"PARALLEL {new.parallel.upper()}",
        "cost": f"COST {_number(new.cost)}",
        "rows": f"ROWS {_number(new.rows)}",
        "support": f"SUPPORT {new.support}",
    }
    yield from (clause for name, clause in clauses.items() if name in change.names)
    yield from changed_settings(change.old.settings, new.settings)


def _risks(change: Change[Routine], context: Context) -> Iterator[Hazard]:
    if change.names & _COMPUTES:
        yield from stale_results(change.new.identity, context)
    if "is_security_definer" in change.names:
        whose = "its owner" if change.new.is_security_definer else "whoever calls it"
        yield Hazard(
            HazardKind.AUTHORIZATION,
            change.new.identity,
            f"{change.new.identity.qualified_name} runs with the rights of {whose} from now on",
        )


def _can_be_replaced(change: Change[Routine]) -> bool:
    """Whether PostgreSQL takes the new definition in place of the old one."""
    old, new = change.old, change.new
    return (
        not change.names & {"type", "returns", "returns_set"}
        and keeps_names(old.arguments, new.arguments)
        and _result_columns(old) == _result_columns(new)
        and _keeps_defaults(change)
    )


def keeps_names(old: Iterable[Argument], new: Iterable[Argument]) -> bool:
    """Whether every input that had a name still has that name."""
    before = [each.name for each in old if each.mode in _INPUTS]
    after = [each.name for each in new if each.mode in _INPUTS]
    return all(one in {"", other} for one, other in zip(before, after, strict=True))


def _result_columns(routine: Routine) -> tuple[tuple[str, str], ...]:
    """Return the columns of the rows that a routine gives, if its outputs make them up."""
    if routine.returns not in {None, "record"}:
        return ()
    return tuple((each.name, each.type) for each in routine.arguments if each.mode in _OUTPUTS)


def _keeps_defaults(change: Change[Routine]) -> bool:
    """Whether no input loses its default, and none can get one of another type."""
    old, new = change.old.argument_defaults, change.new.argument_defaults
    if old is None or "argument_defaults" not in change.names:
        return True
    is_typed = not any(each.type.startswith(_POLYMORPHIC) for each in change.old.arguments)
    return new is not None and is_typed and len(items(new)) >= len(items(old))


KIND = Kind(
    fact=Routine,
    rank=90,
    reference=_reference,
    grant_on=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
)
