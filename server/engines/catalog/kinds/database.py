"""The database itself."""

from dataclasses import dataclass
from typing import ClassVar

from server.engines.catalog.fact import Fact, Options
from server.engines.catalog.reader import Reader, as_parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Database(Fact):
    """The database that was read; it is the frame of a schema, not a part, and has no name here."""

    kind: ClassVar[str] = "database"
    is_cluster_wide: ClassVar[bool] = True

    encoding: str
    collate: str
    character_type: str
    connection_limit: int
    settings: Options
    """What ALTER DATABASE … SET fixes; `role: name=value` where it is for one role."""


READER = Reader(
    fact=Database,
    catalog="pg_database",
    naming=as_parent(Database.kind),
    sql="""
SELECT d.oid, pg_encoding_to_char(d.encoding)::text AS encoding, d.datcollate::text AS collate,
  d.datctype::text AS character_type, d.datconnlimit AS connection_limit,
  ARRAY(SELECT coalesce(r.rolname || ': ', '')
      || CASE WHEN setting ~* '^[^=]*(pass|secret|token|key|cred|auth)[^=]*='
        THEN split_part(setting, '=', 1) || '=sha256:'
          || encode(sha256(convert_to(setting, 'UTF8')), 'hex')
        ELSE setting END
    FROM pg_db_role_setting s
    CROSS JOIN unnest(s.setconfig) setting
    LEFT JOIN pg_roles r ON r.oid = s.setrole
    WHERE s.setdatabase = d.oid) AS settings
FROM pg_database d
WHERE d.datname = current_database()
""",
)
