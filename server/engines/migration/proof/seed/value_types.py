"""The types of a database's columns, and texts that are values of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from server.engines.migration.proof.seed.flavor import Flavor
from server.engines.migration.proof.seed.scalars import ROWS, scalar
from server.engines.postgres.session import Row, Session

_DEEPEST = 8
# A powerless role runs this along a search path of somebody else's.
_TYPES = """
WITH RECURSIVE used(oid) AS (
  SELECT a.atttypid FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  WHERE a.attrelid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p')
  UNION
  SELECT part FROM used
  JOIN pg_type t ON t.oid = used.oid
  LEFT JOIN pg_range r ON r.rngtypid = t.oid
  LEFT JOIN pg_range m ON m.rngmultitypid = t.oid
  LEFT JOIN pg_attribute a ON a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
  CROSS JOIN LATERAL unnest(ARRAY[
    t.typelem, t.typbasetype, r.rngsubtype, m.rngtypid, a.atttypid]) part
  WHERE part <> 0 AND t.typtype <> 'p'
)
SELECT t.oid::int8, t.typname::text AS name, t.typtype::text AS kind,
  CASE t.oid WHEN 'bpchar'::regtype THEN 'bpchar' WHEN 'bit'::regtype THEN '"bit"'
    ELSE format_type(t.oid, NULL) END AS printed, t.typlen AS length,
  t.typcategory = 'A' AND t.typelem <> 0 AS is_array, t.typelem::int8 AS element,
  (SELECT e.typdelim::text FROM pg_type e WHERE e.oid = t.typelem) AS delimiter,
  t.typbasetype::int8 AS base, t.typtypmod AS modifier,
  coalesce(r.rngsubtype, m.rngtypid, 0)::int8 AS inner_type,
  ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid
    ORDER BY e.enumsortorder) AS labels,
  ARRAY(SELECT pg_get_expr(k.conbin, 0) FROM pg_constraint k
    WHERE k.contypid = t.oid AND k.contype = 'c') AS checks,
  ARRAY(SELECT ARRAY[a.atttypid::int8, a.atttypmod] FROM pg_attribute a
    WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attnum) AS attributes
FROM used JOIN pg_type t ON t.oid = used.oid
LEFT JOIN pg_range r ON r.rngtypid = t.oid
LEFT JOIN pg_range m ON m.rngmultitypid = t.oid
"""
_COLUMNS = """
SELECT n.nspname::text AS schema, c.relname::text AS table, a.attname::text AS column,
  a.atttypid::int8 AS type, a.atttypmod AS modifier
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE a.attrelid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p')
  AND c.relpersistence <> 't'
"""

ColumnName = tuple[str, ...]
"""A schema, a table and a column, as in the names of an identity."""


@dataclass(frozen=True, slots=True)
class Use:
    """A type as a column uses it: its number in this database, and its modifier."""

    type: int
    modifier: int = -1


@dataclass(frozen=True, slots=True)
class Bottom:
    """What a domain comes down to: the type that is no domain, and every check on the way."""

    name: str
    printed: str
    use: Use
    checks: tuple[str, ...]
    labels: tuple[str, ...]
    """All values that there are, for an enum."""


@dataclass(frozen=True, slots=True)
class ValueTypes:
    """The types of one database."""

    columns: Mapping[ColumnName, Use]
    _rows: Mapping[int, Row]

    @classmethod
    async def read(cls, session: Session) -> "ValueTypes":
        """Read them, in a transaction of its own that finds PostgreSQL's names first."""
        async with session.undone():
            await session.script("SET LOCAL search_path = pg_catalog, pg_temp")
            types = await session.rows(_TYPES)
            columns = await session.rows(_COLUMNS)
        return cls(
            {
                (row["schema"], row["table"], row["column"]): Use(row["type"], row["modifier"])
                for row in columns
            },
            {row["oid"]: row for row in types},
        )

    def texts(self, use: Use, flavor: Flavor, depth: int = 0) -> tuple[str, ...]:
        """Return a few distinct texts that are values of the type; none if it is not known."""
        row = self._rows.get(use.type)
        if row is None or depth > _DEEPEST:
            return ()
        if row["kind"] == "d":
            return self.texts(Use(row["base"], row["modifier"]), flavor, depth + 1)
        if row["kind"] in {"c", "r", "m"} or row["is_array"]:
            return self._composed(row, use, flavor, depth)
        return tuple(row["labels"]) or scalar(row["name"], use.modifier, flavor)

    def bottom(self, use: Use) -> Bottom:
        """Return the type below all domains."""
        checks: list[str] = []
        row = self._rows[use.type]
        while row["kind"] == "d":
            checks += row["checks"]
            use = Use(row["base"], row["modifier"])
            row = self._rows[use.type]
        return Bottom(row["name"], row["printed"], use, tuple(checks), tuple(row["labels"]))

    def _composed(self, row: Row, use: Use, flavor: Flavor, depth: int) -> tuple[str, ...]:
        match row["kind"]:
            case "c":
                return self._composites(row, flavor, depth)
            case "r" | "m":
                return self._ranges(row, flavor, depth)
            case _:
                return self._arrays(row, use, flavor, depth)

    def _arrays(self, row: Row, use: Use, flavor: Flavor, depth: int) -> tuple[str, ...]:
        texts = self.texts(Use(row["element"], use.modifier), flavor, depth + 1)
        quoted = [_in_array(text) for text in texts]
        pairs = zip(quoted, [*quoted[1:], *quoted[:1]], strict=True)
        return (*(f"{{{one}{row['delimiter']}{two}}}" for one, two in pairs), "{}")

    def _ranges(self, row: Row, flavor: Flavor, depth: int) -> tuple[str, ...]:
        texts = self.texts(Use(row["inner_type"]), flavor, depth + 1)
        if row["kind"] == "m":
            return tuple(f"{{{text}}}" for text in texts)
        # Of one value each: so they are in order whatever the order is, and never overlap.
        return tuple(f"[{_in_record(text)},{_in_record(text)}]" for text in texts)

    def _composites(self, row: Row, flavor: Flavor, depth: int) -> tuple[str, ...]:
        uses: Sequence[Sequence[int]] = row["attributes"]
        parts = [self.texts(Use(*use), flavor, depth + 1) for use in uses]
        return tuple(f"({','.join(_nth(parts, number))})" for number in range(ROWS))


def _nth(parts: Sequence[Sequence[str]], number: int) -> Iterator[str]:
    for texts in parts:
        yield _in_record(texts[number % len(texts)]) if texts else ""


def _in_array(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _in_record(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '""') + '"'
