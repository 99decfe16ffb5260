"""How operators come, change and go."""

from collections.abc import Iterable, Iterator
from enum import StrEnum

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.operator import Operator
from server.engines.migration.action import Action, plain
from server.engines.migration.context import Change, Context
from server.engines.migration.kind import Kind
from server.engines.migration.printed import bare_name, operator_name, unquoted
from server.engines.sql.quote import identifier

_NONE = "NONE"
_COMPLETED_SINCE = 17
_ESTIMATORS = frozenset({"restriction_estimator", "join_estimator"})
_LINKS = frozenset({"commutator", "negator"})
_ABILITIES = frozenset({"can_hash", "can_merge"})


class _Link(StrEnum):
    """How the link of an operator to another one comes to be as it shall be."""

    FOLLOWS = "follows"
    """Creating, altering or dropping the other operator sees to it."""
    SET = "set"
    """A statement adds it."""
    STUCK = "stuck"
    """Only a new operator has it so."""


def _reference(identity: Identity, _catalog: Catalog) -> str:
    schema, symbol = identity.names
    left, right = _types(identity)
    return f"OPERATOR {identifier(schema)}.{symbol} ({left}, {right})"


def _types(identity: Identity) -> tuple[str, str]:
    left, right = identity.arguments or (_NONE, _NONE)
    return left, right


def _create(operator: Operator, _context: Context) -> Iterable[Action]:
    if operator.function is None:
        # It comes with the operator that announces it.
        return ()
    schema, symbol = operator.identity.names
    options = ", ".join((*_definition(operator), *_links(operator)))
    return plain(f"CREATE OPERATOR {identifier(schema)}.{symbol} ({options})")


def _definition(operator: Operator) -> Iterator[str]:
    yield f"FUNCTION = {bare_name(operator.function or '')}"
    left, right = _types(operator.identity)
    if left != _NONE:
        yield f"LEFTARG = {left}"
    if right != _NONE:
        yield f"RIGHTARG = {right}"
    if operator.restriction_estimator is not None:
        yield f"RESTRICT = {operator.restriction_estimator}"
    if operator.join_estimator is not None:
        yield f"JOIN = {operator.join_estimator}"


def _links(operator: Operator) -> Iterator[str]:
    if operator.commutator is not None:
        yield f"COMMUTATOR = {operator_name(operator.commutator)}"
    if operator.negator is not None:
        yield f"NEGATOR = {operator_name(operator.negator)}"
    if operator.can_hash:
        yield "HASHES"
    if operator.can_merge:
        yield "MERGES"


def _drop(operator: Operator, context: Context) -> Iterable[Action]:
    return plain(f"DROP {_reference(operator.identity, context.old)}")


def _alter(change: Change[Operator], context: Context) -> Iterable[Action] | None:
    if change.old.function is None:
        return _create(change.new, context)
    if change.new.function is None:
        return _drop(change.old, context)
    links = {name: _link(name, change, context) for name in sorted(change.names & _LINKS)}
    if _Link.STUCK in links.values() or _is_stuck(change, context):
        return None
    added = [name for name, link in links.items() if link is _Link.SET]
    settings = ", ".join((*_settings(change), *_added_links(change.new, added)))
    head = f"ALTER {_reference(change.new.identity, context.new)}"
    return plain(f"{head} SET ({settings})") if settings else ()


def _rebuilds(change: Change[Operator], _context: Context) -> Iterator[Identity]:
    """Yield what announces an operator again that is no more than that from now on."""
    if change.new.function is None and change.old.function is not None:
        linked = (_linked(change.new, name) for name in sorted(_LINKS))
        yield from (each for each in linked if each is not None)


def _is_stuck(change: Change[Operator], context: Context) -> bool:
    """Whether anything besides its links differs that only a new operator can have."""
    if not change.names <= _ESTIMATORS | _LINKS | _ABILITIES:
        return True
    lost = any(getattr(change.old, name) for name in change.names & _ABILITIES)
    return lost or (bool(change.names & _ABILITIES) and context.major < _COMPLETED_SINCE)


def _settings(change: Change[Operator]) -> Iterator[str]:
    new, names = change.new, change.names
    if "restriction_estimator" in names:
        yield f"RESTRICT = {new.restriction_estimator or _NONE}"
    if "join_estimator" in names:
        yield f"JOIN = {new.join_estimator or _NONE}"
    if "can_hash" in names:
        yield "HASHES"
    if "can_merge" in names:
        yield "MERGES"


def _added_links(operator: Operator, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield f"{name.upper()} = {operator_name(getattr(operator, name))}"


def _link(name: str, change: Change[Operator], context: Context) -> _Link:
    before, after = _linked(change.old, name), _linked(change.new, name)
    is_free = before is None or context.is_dropped(before)
    if is_free and (after is None or _is_set_by_other(name, change.new.identity, after, context)):
        return _Link.FOLLOWS
    other = None if after is None else context.old.get(after, Operator)
    is_there = other is not None and other.function is not None and not context.is_created(after)
    if before is None and is_there and context.major >= _COMPLETED_SINCE:
        return _Link.SET
    return _Link.STUCK


def _is_set_by_other(name: str, own: Identity, other: Identity, context: Context) -> bool:
    """Whether the statement for the other operator names this one."""
    fact = context.new.get(other, Operator)
    before = context.old.get(other, Operator)
    if fact is None or _linked(fact, name) != own:
        return False
    is_altered = before is not None and before.function is not None and other < own
    is_added = is_altered and before is not None and _linked(before, name) is None
    return context.is_created(other) or (is_added and context.major >= _COMPLETED_SINCE)


def _linked(operator: Operator, name: str) -> Identity | None:
    """Return the commutator or negator as an identity."""
    text: str | None = getattr(operator, name)
    if text is None:
        return None
    schema, _, symbol = bare_name(text).rpartition(".")
    left, right = _types(operator.identity)
    types = (right, left) if name == "commutator" else (left, right)
    return Identity(Operator.kind, (unquoted(schema), symbol), types)


KIND = Kind(
    fact=Operator,
    rank=96,
    reference=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
    rebuilds=_rebuilds,
)
