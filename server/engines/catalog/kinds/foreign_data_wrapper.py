"""Foreign-data wrappers."""

from dataclasses import dataclass
from typing import ClassVar

from server.engines.catalog.fact import Fact, Options
from server.engines.catalog.reader import Reader, named


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignDataWrapper(Fact):
    """What reaches foreign data; values of options that sound secret are hashed."""

    kind: ClassVar[str] = "foreign_data_wrapper"

    handler: str | None
    validator: str | None
    options: Options


READER = Reader(
    fact=ForeignDataWrapper,
    catalog="pg_foreign_data_wrapper",
    naming=named(ForeignDataWrapper.kind),
    sql="""
SELECT oid, fdwname AS name,
  nullif(fdwhandler::regproc::text, '-') AS handler,
  nullif(fdwvalidator::regproc::text, '-') AS validator,
  ARRAY(SELECT CASE WHEN option ~* '^[^=]*(pass|secret|token|key|cred|auth)[^=]*='
      THEN split_part(option, '=', 1) || '=sha256:'
        || encode(sha256(convert_to(fdwname || ' ' || option, 'UTF8')), 'hex')
      ELSE option END
    FROM unnest(fdwoptions) option) AS options
FROM pg_foreign_data_wrapper
WHERE oid >= 16384
""",
)
