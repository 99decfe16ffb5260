"""Values that no plan may hold: read from settings of the session, which the operator sets.

A setting that is not set stops the statement: PostgreSQL calls it an unrecognized parameter.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping

from server.engines.sql.quote import literal

_PREFIX = "fill_in"
_PART = re.compile(r"[a-z_][a-z0-9_]*")
_UNFIT = re.compile(r"[^a-z0-9_]")
_READ = re.compile(rf"current_setting\(''?({_PREFIX}(?:\.[a-z_][a-z0-9_]*)+)''?\)")
_TAG = "$fill_in$"


def setting(*names: str) -> str:
    """Return the setting that holds a value, `fill_in.server.role.option`; names never clash."""
    return ".".join((_PREFIX, *map(_part, names)))


def filled(head: str, clauses: Mapping[str, str], also: Iterable[str] = ()) -> str:
    """Return the statement that begins with `head` and has options with values of settings.

    `clauses` are the settings by what stands before their values; `also` are options without.
    """
    options = [_as_format(each) for each in also]
    options += [f"{_as_format(each)} %L" for each in clauses]
    text = literal(f"{_as_format(head)} OPTIONS ({', '.join(options)})")
    # An empty value becomes NULL, which no option can be: it stops the statement, too.
    values = [f"nullif(pg_catalog.current_setting('{name}'), '')" for name in clauses.values()]
    body = f"BEGIN EXECUTE pg_catalog.format({', '.join((text, *values))}); END"
    return f"DO {literal(body)}" if _TAG in body else f"DO {_TAG}{body}{_TAG}"


def settings_read(statements: Iterable[str]) -> tuple[str, ...]:
    """Return the settings that statements read."""
    found = (name for sql in statements for name in _READ.findall(sql))
    return tuple(dict.fromkeys(found))


def _as_format(text: str) -> str:
    return text.replace("%", "%%")


def _part(name: str) -> str:
    if _PART.fullmatch(name):
        return name
    digest = hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:8]
    return f"_{_UNFIT.sub('_', name.lower())}_{digest}"
