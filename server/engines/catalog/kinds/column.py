"""Columns of tables and foreign tables."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from server.engines.catalog.compare import Expression, Rule
from server.engines.catalog.fact import Coded, Derived, Fact, Options
from server.engines.catalog.reader import Reader, in_parent


class IdentityMode(Coded):
    """Whether an INSERT may give a value of its own."""

    ALWAYS = "always", "a"
    BY_DEFAULT = "by default", "d"


class GeneratedMode(Coded):
    """When a generated column is computed."""

    STORED = "stored", "s"
    VIRTUAL = "virtual", "v"


class Storage(Coded):
    """How large values are kept."""

    PLAIN = "plain", "p"
    EXTERNAL = "external", "e"
    MAIN = "main", "m"
    EXTENDED = "extended", "x"


class Compression(Coded):
    """How large values are compressed, where the server's default was overruled."""

    PGLZ = "pglz", "p"
    LZ4 = "lz4", "l"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Fact):
    """A column; its default is the fact `Default`, as defaults may depend on other tables."""

    kind: ClassVar[str] = "column"

    type: str
    """As declared: `character varying(20)`, `public.mood`, `integer[]`."""
    type_name: Derived
    """The type without its modifier: `character varying`."""
    position: Annotated[int, Rule.IGNORED]
    """From 1, dropped columns not counted; the order compares as `Table.column_order`."""
    is_not_null: Annotated[bool, Rule.IGNORED]
    """Whether NULL is refused, for whatever reason: a constraint, a primary key, a mark."""
    is_marked_not_null: bool
    """Whether NULL is refused with no constraint to show for it: before PostgreSQL 18."""
    identity_mode: IdentityMode | None
    generated_mode: GeneratedMode | None
    generation_expression: Expression | None
    collation: str | None
    """Set where it is not the type's own."""
    storage: Storage
    is_default_storage: Annotated[bool, Rule.IGNORED]
    """Whether that is how values of the type are kept unless somebody says otherwise."""
    compression: Compression | None
    statistics_target: int | None
    options: Options
    fdw_options: Options
    is_local: bool
    """Whether the table declares it itself; a column may be both local and inherited."""
    is_inherited: bool

    @property
    def is_nullable(self) -> bool:
        """Whether it may hold NULL."""
        return not self.is_not_null


READER = Reader(
    fact=Column,
    catalog="pg_class",
    parent="pg_class",
    naming=in_parent(Column.kind),
    sql="""
SELECT a.attrelid AS oid, a.attnum AS subid, a.attrelid AS parent_oid, a.attname AS name,
  format_type(a.atttypid, a.atttypmod) AS type, format_type(a.atttypid, NULL) AS type_name,
  row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum) AS position,
  a.attnotnull AS is_not_null, a.attnotnull AND nn.oid IS NULL AS is_marked_not_null,
  nullif(a.attidentity::text, '') AS identity_mode,
  nullif(a.attgenerated::text, '') AS generated_mode,
  CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END
    AS generation_expression,
  CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END
    AS collation,
  a.attstorage AS storage, a.attstorage = t.typstorage AS is_default_storage,
  nullif(a.attcompression::text, '') AS compression,
  nullif(a.attstattarget, -1) AS statistics_target, a.attoptions AS options,
  a.attfdwoptions AS fdw_options, a.attislocal AS is_local, a.attinhcount > 0 AS is_inherited
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.attgenerated <> ''
LEFT JOIN pg_constraint nn
  ON nn.conrelid = a.attrelid AND nn.contype = 'n' AND nn.conkey[1] = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'f')
  AND c.relpersistence <> 't' AND c.oid >= 16384
""",
)
