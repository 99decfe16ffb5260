r"""Colons in the text that SQLAlchemy's `text()` takes, which Alembic's `op.execute` calls.

`:name` is a parameter to fill in, `\:` is a colon; casts and other colons stay as they are.
"""

import re

# sqlalchemy/sql/compiler.py, BIND_PARAMS and BIND_PARAMS_ESC
_PARAMETER = re.compile(r"(?<![:\w$\\]):([\w$]+)(?![:\w$])")
_ESCAPED = re.compile(r"\\(:[\w$]*)(?![:\w$])")


def escaped(sql: str) -> str:
    """Return a text that SQLAlchemy sends as this SQL."""
    return _PARAMETER.sub(r"\\:\1", _ESCAPED.sub(r"\\\\\1", sql))


def unescaped(text: str) -> str:
    """Return the SQL that SQLAlchemy sends for a text without parameters."""
    return _ESCAPED.sub(r"\1", text)


def parameter(text: str) -> str:
    """Return the first parameter of a text, or nothing."""
    found = _PARAMETER.search(text)
    return found.group() if found else ""
