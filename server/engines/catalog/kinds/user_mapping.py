"""User mappings of foreign servers."""

from dataclasses import dataclass
from typing import ClassVar

from server.engines.catalog.fact import Fact, Options
from server.engines.catalog.reader import Reader, of_parent


@dataclass(frozen=True, slots=True, kw_only=True)
class UserMapping(Fact):
    """As whom a role goes to a foreign server; the values of its options never leave theirs."""

    kind: ClassVar[str] = "user_mapping"

    option_names: Options
    options_digest: str | None
    """SHA-256 over role, server and options; None where we may not see them."""


READER = Reader(
    fact=UserMapping,
    catalog="pg_user_mapping",
    parent="pg_foreign_server",
    naming=of_parent(UserMapping.kind),
    goes_with_parent=False,
    sql="""
SELECT umid AS oid, srvid AS parent_oid, ARRAY[usename]::text[] AS names,
  ARRAY(SELECT split_part(option, '=', 1) FROM unnest(umoptions) option) AS option_names,
  encode(sha256(convert_to(usename || ' ' || srvname || ' ' ||
    (SELECT string_agg(option, ' ' ORDER BY option) FROM unnest(umoptions) option), 'UTF8')),
    'hex') AS options_digest
FROM pg_user_mappings
WHERE umid >= 16384
""",
)
