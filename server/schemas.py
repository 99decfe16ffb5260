"""JSON Schemas as clients get them: without what pydantic derives and no reader needs."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

DERIVED: Final = frozenset({"title"})
"""What pydantic derives from names."""
EXPLAINING: Final = frozenset({"title", "description", "default", "examples"})
"""What a result's schema can do without: the result itself shows it."""


def compact_schema(schema: Mapping[str, Any], without: frozenset[str] = DERIVED) -> dict[str, Any]:
    """Return a JSON Schema without some keywords; a property may still be called like one.

    The values of groups and choices say what their classes' docstrings would say again.
    """
    dropped = without | {"description"} if "enum" in schema else without
    return {
        keyword: _compact_members(value, without)
        if keyword in {"properties", "$defs"}
        else _compact(value, without)
        for keyword, value in schema.items()
        if keyword not in dropped and not (keyword == "default" and isinstance(value, dict))
    }


def _compact_members(members: Mapping[str, Any], without: frozenset[str]) -> dict[str, Any]:
    return {name: _compact(member, without) for name, member in members.items()}


def _compact(value: object, without: frozenset[str]) -> object:
    if isinstance(value, dict):
        return compact_schema(cast("dict[str, Any]", value), without)
    if isinstance(value, list):
        return [_compact(item, without) for item in cast("list[object]", value)]
    return value


def names_at(schema: Mapping[str, Any], path: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the properties below a path of them; none where there are none."""
    node = schema
    for name in path:
        member = node.get("properties", {}).get(name, {})
        definition = str(member.get("$ref", "")).rpartition("/")[2]
        node = schema.get("$defs", {}).get(definition, member)
    return tuple(node.get("properties", ()))
