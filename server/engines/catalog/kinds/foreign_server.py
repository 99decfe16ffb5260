"""Foreign servers."""

from dataclasses import dataclass
from typing import ClassVar

from server.engines.catalog.fact import Fact, Options
from server.engines.catalog.reader import Reader, named


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignServer(Fact):
    """Where foreign data lies; values of options that sound secret are hashed."""

    kind: ClassVar[str] = "server"

    wrapper: str
    type: str | None
    version: str | None
    options: Options


READER = Reader(
    fact=ForeignServer,
    catalog="pg_foreign_server",
    naming=named(ForeignServer.kind),
    sql="""
SELECT s.oid, s.srvname AS name, w.fdwname AS wrapper, s.srvtype AS type,
  s.srvversion AS version,
  ARRAY(SELECT CASE WHEN option ~* '^[^=]*(pass|secret|token|key|cred|auth)[^=]*='
      THEN split_part(option, '=', 1) || '=sha256:'
        || encode(sha256(convert_to(s.srvname || ' ' || option, 'UTF8')), 'hex')
      ELSE option END
    FROM unnest(s.srvoptions) option) AS options
FROM pg_foreign_server s
JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
WHERE s.oid >= 16384
""",
)
