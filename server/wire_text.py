"""Text that can travel: UTF-8 has no lone surrogates, and one of them would end the connection."""

from typing import Any, cast


def sendable(value: Any) -> Any:  # ruff: ignore[any-type] - JSON in, the same JSON out
    """Return a JSON value whose strings UTF-8 can carry; what it cannot becomes an escape.

    Lone surrogates come from names of files that are no UTF-8, and from escapes in JSON.
    """
    match value:
        case str():
            return _encodable(value)
        case dict():
            members = cast("dict[str, object]", value)
            return {_encodable(name): sendable(member) for name, member in members.items()}
        case list():
            return [sendable(item) for item in cast("list[object]", value)]
        case _:
            return value


def _encodable(text: str) -> str:
    if text.isascii():
        return text
    return text.encode(errors="backslashreplace").decode()
