"""The extensions of a live database, as stand-ins for servers that lack them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from server.engines.postgres.live import LiveReader
from server.engines.postgres.loading.stub import ExtensionStub
from server.engines.postgres.session import Row
from server.engines.sql.quote import identifier, literal

# Both become parts of the names of files.
_NAME = re.compile(r"\w+(?:-\w+)*")
_VERSION = re.compile(r"\w+(?:[.-]\w+)*")
_WORDS = {"i": "IMMUTABLE", "s": "STABLE", "v": "VOLATILE"}
_PARALLEL = {"s": "SAFE", "r": "RESTRICTED", "u": "UNSAFE"}
# Types are printed with their schemas, whatever the database's search path is. What takes values
# of `internal` or `cstring` is called by PostgreSQL alone, and PL/pgSQL cannot declare it.
_MEMBERS = """
WITH path AS MATERIALIZED (SELECT pg_catalog.set_config('search_path', '', true) AS path)
SELECT e.extname::text AS extension, e.extversion AS version,
  CASE WHEN p.oid IS NULL OR p.prokind NOT IN ('f', 'p')
    THEN pg_catalog.pg_describe_object(d.classid, d.objid, 0) END AS other,
  p.proname::text AS name, p.prokind = 'p' AS is_procedure,
  pg_catalog.pg_get_function_arguments(p.oid) AS arguments,
  pg_catalog.pg_get_function_result(p.oid) AS result,
  p.provolatile::text AS volatility, p.proisstrict AS is_strict, p.prosecdef AS is_definers,
  p.proparallel::text AS parallel,
  coalesce(ARRAY['internal', 'cstring']::pg_catalog.regtype[]::pg_catalog.oid[]
    && (p.prorettype || p.proargtypes::pg_catalog.oid[]), false) AS is_internal
FROM path
CROSS JOIN pg_catalog.pg_extension e
JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
  AND d.refobjid = e.oid AND d.deptype = 'e'
LEFT JOIN pg_catalog.pg_proc p
  ON d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND p.oid = d.objid
WHERE e.extname <> 'plpgsql' AND path.path IS NOT NULL
ORDER BY e.extname, d.classid, d.objid
"""


@dataclass(frozen=True, slots=True)
class LiveExtensions:
    """Stand-ins for those that only have functions; `beyond` names what the others have."""

    stubs: tuple[ExtensionStub, ...] = ()
    beyond: Mapping[str, str] = field(default_factory=dict[str, str])


async def read_extensions(reader: LiveReader) -> LiveExtensions:
    """Return what a database has, with the true signatures of all functions.

    Raises:
        UnavailableError: the server ended the session.
    """
    rows = await reader.rows(_MEMBERS)
    groups = [(name, [*group]) for name, group in groupby(rows, lambda row: str(row["extension"]))]
    beyond = {name: others[0] for name, group in groups if (others := [*_others(group)])}
    stubs = (_stub(name, group) for name, group in groups if name not in beyond)
    return LiveExtensions(tuple(stub for stub in stubs if stub is not None), beyond)


def _others(rows: Iterable[Row]) -> Iterator[str]:
    return (row["other"] for row in rows if row["other"] is not None)


def _stub(name: str, rows: Iterable[Row]) -> ExtensionStub | None:
    members = [*rows]
    version = members[0]["version"]
    if not _NAME.fullmatch(name) or not _VERSION.fullmatch(version):
        return None
    declared = "\n".join(_declared(name, row) for row in members if not row["is_internal"])
    return ExtensionStub(name, version, f"{declared}\n")


def _declared(extension: str, row: Row) -> str:
    name = identifier(row["name"])
    said = literal(f"{extension} is a stub, without {row['name']}".replace("%", "%%"))
    body = literal(f"BEGIN RAISE EXCEPTION {said}; END")
    words = [f"({row['arguments']})"]
    if row["is_procedure"]:
        words = ["CREATE PROCEDURE", name, *words, "LANGUAGE plpgsql"]
    else:
        words = ["CREATE FUNCTION", name, *words, "RETURNS", row["result"], "LANGUAGE plpgsql"]
        words += [_WORDS[row["volatility"]], "STRICT" if row["is_strict"] else ""]
        words += ["PARALLEL", _PARALLEL[row["parallel"]]]
    words += ["SECURITY DEFINER" if row["is_definers"] else "", "AS", f"{body};"]
    return " ".join(filter(None, words))
