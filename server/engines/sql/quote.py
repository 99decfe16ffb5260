"""Writes names and texts into SQL, so that the server reads back exactly what was meant."""

from collections.abc import Iterable


def identifier(name: str) -> str:
    """Return a name in double quotes; quoted always, so that no list of keywords is needed.

    Raises:
        ValueError: PostgreSQL has no such name: it is empty or holds a NUL.
    """
    if not name or "\0" in name:
        raise ValueError(f"not a name in PostgreSQL: {name!r}")
    return '"' + name.replace('"', '""') + '"'


def qualified(*names: str) -> str:
    """Return names joined by dots, as in a schema and a table."""
    return ".".join(identifier(name) for name in names)


def identifiers(names: Iterable[str]) -> str:
    """Return names joined by commas, as in a column list."""
    return ", ".join(identifier(name) for name in names)


def literal(text: str) -> str:
    """Return a text as a literal that means the same whatever standard_conforming_strings is.

    Raises:
        ValueError: it holds a NUL, which PostgreSQL has no way to store.
    """
    if "\0" in text:
        raise ValueError("a text in PostgreSQL holds no NUL")
    quoted = "'" + text.replace("'", "''") + "'"
    return " E" + quoted.replace("\\", "\\\\") if "\\" in text else quoted
