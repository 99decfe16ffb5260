"""Names, signatures and lists as PostgreSQL prints them: finding their parts."""

import re

_QUOTED = r"""'(?:[^']|'')*'|"(?:[^"]|"")*\""""
_TOKEN = re.compile(rf"{_QUOTED}|[()\[\],]")
_SIGNATURE = re.compile(rf"{_QUOTED}|(\((?:[^()'\"]|{_QUOTED})*\))")


def bare_name(text: str) -> str:
    """Return the name of a routine or operator that was printed with its argument types."""
    return text[: _signature(text).start()]


def signature(text: str) -> str:
    """Return the first argument types of a text, in their parentheses."""
    return _signature(text)[0]


def operator_name(text: str) -> str:
    """Return an operator that was printed with its types as expressions name it."""
    schema, dot, symbol = bare_name(text).rpartition(".")
    return f"OPERATOR({schema if dot else 'pg_catalog'}.{symbol})"


def unquoted(name: str) -> str:
    """Return a single name without the quotes that it may be printed in."""
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def items(text: str) -> tuple[str, ...]:
    """Return the parts of a list that was printed with commas between them."""
    found: list[str] = []
    start = depth = 0
    for token in _TOKEN.finditer(text):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(token[0], 0)
        if token[0] == "," and not depth:
            found.append(text[start : token.start()].strip())
            start = token.end()
    return (*found, text[start:].strip())


def _signature(text: str) -> re.Match[str]:
    for match in _SIGNATURE.finditer(text):
        if match[1]:
            return match
    raise ValueError(f"no argument types: {text!r}")
