"""Settings that are fixed for a routine, role or database: how SET names their values."""

from collections.abc import Iterable, Iterator

from server.engines.migration.printed import items, unquoted
from server.engines.sql.quote import identifier, literal

# Lists of names, quoted where they are kept: what pg_dump's variable_is_guc_list_quote knows.
_LISTS_OF_NAMES = frozenset(
    {
        "local_preload_libraries",
        "search_path",
        "session_preload_libraries",
        "shared_preload_libraries",
        "temp_tablespaces",
        "unix_socket_directories",
    }
)


def changed_settings(old: Iterable[str], new: Iterable[str]) -> Iterator[str]:
    """Yield the clauses that lead from some `name=value` to others, by name."""
    before, after = _by_name(old), _by_name(new)
    for name in sorted(before.keys() - after.keys()):
        yield f"RESET {identifier(name)}"
    for name, value in sorted(after.items()):
        if before.get(name) != value:
            yield f"SET {identifier(name)} TO {_value(name, value)}"


def _by_name(settings: Iterable[str]) -> dict[str, str]:
    return {name: value for name, _, value in (each.partition("=") for each in settings)}


def _value(name: str, value: str) -> str:
    if name not in _LISTS_OF_NAMES:
        return literal(value)
    return ", ".join(literal(unquoted(each)) for each in items(value))
