"""JSON Schemas as clients get them: short, as a model reads all of them before its first call."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias, cast

Schema: TypeAlias = Mapping[str, Any]
_Change: TypeAlias = Callable[[Schema], dict[str, Any]]

_DERIVED: Final = frozenset({"title"})  # what pydantic derives from names
# A wrong number or text is refused with its bounds.
_BOUNDS: Final = frozenset(
    {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength"}
)
_CLOSED: Final = "additionalProperties"
_EXPLAINING: Final = frozenset({"title", "description", "default", "examples"})
_NULL: Final = {"type": "null"}
_REFERENCE: Final = "#/$defs/"


def input_schema(schema: Schema) -> dict[str, Any]:
    """Return the schema of arguments without what no reader needs.

    Titles and bounds go, and defaults that say no more than that something may be left out. The
    values of choices say what their classes' docstrings would say again. That no more is taken
    stands at the top, once for all groups.
    """
    short = _with_single_definitions_in_place(_of_arguments(schema))
    return short | ({_CLOSED: False} if _is_closed(schema) else {})


def output_schema(schema: Schema) -> dict[str, Any]:
    """Return the schema of a result without what the result itself shows."""
    return _with_single_definitions_in_place(_without(schema, _EXPLAINING))


def _of_arguments(schema: Schema) -> dict[str, Any]:
    dropped = _DERIVED | _BOUNDS
    if "enum" in schema:
        dropped |= {"description"}
    if _is_closed(schema):
        dropped |= {_CLOSED}
    kept = {
        keyword: value
        for keyword, value in _optional(schema).items()
        if keyword not in dropped and not (keyword == "default" and _says_nothing(value))
    }
    return _mapped(kept, _of_arguments)


def _optional(schema: Schema) -> Schema:
    """Return a schema whose null says only that it may be left out, without the null."""
    arms = [arm for arm in schema.get("anyOf", ()) if arm != _NULL]
    if len(arms) != 1 or "default" not in schema or schema["default"] is not None:
        return schema
    return {**arms[0], **{key: value for key, value in schema.items() if key != "anyOf"}}


def _is_closed(schema: Schema) -> bool:
    # What a mapping's values look like stands under the same keyword.
    return schema.get(_CLOSED) is False


def _says_nothing(default: object) -> bool:
    return isinstance(default, dict) or default is False or default in (None, "", [])


def _without(schema: Schema, dropped: frozenset[str]) -> dict[str, Any]:
    kept = {keyword: value for keyword, value in schema.items() if keyword not in dropped}
    return _mapped(kept, lambda inner: _without(inner, dropped))


def _mapped(schema: Schema, change: _Change) -> dict[str, Any]:
    """Return a schema with its inner ones changed; a property may be called like a keyword."""
    return {
        keyword: {name: change(member) for name, member in value.items()}
        if keyword in {"properties", "$defs"}
        else _changed(value, change)
        for keyword, value in schema.items()
    }


def _changed(value: object, change: _Change) -> object:
    if isinstance(value, dict):
        return change(cast("dict[str, Any]", value))
    if isinstance(value, list):
        return [_changed(item, change) for item in cast("list[object]", value)]
    return value


def _with_single_definitions_in_place(schema: Schema) -> dict[str, Any]:
    """Write definitions that are referred to once where they are referred to."""
    uses = Counter(_references(schema))
    definitions: dict[str, Schema] = dict(schema.get("$defs", {}).items())
    single = {name for name in definitions if uses[name] == 1}

    def placed(inner: Schema) -> dict[str, Any]:
        name = str(inner.get("$ref", "")).removeprefix(_REFERENCE)
        if name in single:
            here = {key: value for key, value in inner.items() if key != "$ref"}
            inner = {**definitions[name], **here}
        return _mapped(inner, placed)

    kept = {name: member for name, member in definitions.items() if name not in single}
    rest = {keyword: value for keyword, value in schema.items() if keyword != "$defs"}
    return placed({**({"$defs": kept} if kept else {}), **rest})


def _references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for keyword, inner in cast("dict[str, object]", value).items():
            if keyword == "$ref":
                yield str(inner).removeprefix(_REFERENCE)
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in cast("list[object]", value):
            yield from _references(inner)
