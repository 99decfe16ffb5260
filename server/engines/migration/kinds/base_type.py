"""How base types, and shells that only announce one, come, change and go."""

from collections.abc import Iterable, Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.base_type import BaseType
from server.engines.migration.action import Action, plain
from server.engines.migration.context import Change, Context
from server.engines.migration.kind import Kind
from server.engines.sql.quote import literal, qualified

_ALIGNMENTS = {"c": "char", "s": "int2", "i": "int4", "d": "double"}
_VARIABLE_LENGTH = -1
# What ALTER TYPE … SET can change, by the fields that say it.
_SETTABLE = {
    "receive": "RECEIVE",
    "send": "SEND",
    "modifier_input": "TYPMOD_IN",
    "modifier_output": "TYPMOD_OUT",
    "analyze": "ANALYZE",
    "subscript": "SUBSCRIPT",
    "storage": "STORAGE",
}


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"TYPE {qualified(*identity.names)}"


def _create(base: BaseType, _context: Context) -> Iterable[Action]:
    head = f"CREATE TYPE {qualified(*base.identity.names)}"
    return plain(head if base.is_shell else f"{head} ({', '.join(_settings(base))})")


def _settings(base: BaseType) -> Iterator[str]:
    yield f"INPUT = {base.input}"
    yield f"OUTPUT = {base.output}"
    for field, word in _SETTABLE.items():
        value = getattr(base, field)
        if value is not None:
            yield f"{word} = {value}"
    length = "VARIABLE" if base.length == _VARIABLE_LENGTH else base.length
    yield f"INTERNALLENGTH = {length}"
    yield f"ALIGNMENT = {_ALIGNMENTS[base.alignment]}"
    yield f"CATEGORY = {literal(base.category)}"
    yield f"DELIMITER = {literal(base.delimiter)}"
    if base.is_passed_by_value:
        yield "PASSEDBYVALUE"
    if base.is_preferred:
        yield "PREFERRED = true"
    if base.is_collatable:
        yield "COLLATABLE = true"
    if base.element is not None:
        yield f"ELEMENT = {base.element}"
    if base.default is not None:
        yield f"DEFAULT = {literal(base.default)}"


def _drop(base: BaseType, _context: Context) -> Iterable[Action]:
    return plain(f"DROP TYPE {qualified(*base.identity.names)}")


def _alter(change: Change[BaseType], context: Context) -> Iterable[Action] | None:
    """Complete a shell in place; what SET cannot change takes a new type."""
    if change.old.is_shell:
        return _create(change.new, context)
    if not change.only(*_SETTABLE):
        return None
    settings = (
        f"{word} = {getattr(change.new, field) or 'NONE'}"
        for field, word in _SETTABLE.items()
        if field in change.names
    )
    return plain(f"ALTER TYPE {qualified(*change.new.identity.names)} SET ({', '.join(settings)})")


KIND = Kind(
    fact=BaseType,
    rank=40,
    reference=_reference,
    grant_on=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
)
