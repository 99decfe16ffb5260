"""Collations."""

from dataclasses import dataclass
from typing import ClassVar

from server.engines.catalog.fact import Coded, Fact
from server.engines.catalog.reader import Reader, in_parent


class CollationProvider(Coded):
    """Which library sorts."""

    DEFAULT = "default", "d"
    BUILTIN = "builtin", "b"
    LIBC = "libc", "c"
    ICU = "icu", "i"


@dataclass(frozen=True, slots=True, kw_only=True)
class Collation(Fact):
    """A collation; the version of its library belongs to the machine, and is not read."""

    kind: ClassVar[str] = "collation"

    provider: CollationProvider
    is_deterministic: bool
    collate: str | None
    character_type: str | None
    locale: str | None
    rules: str | None


READER = Reader(
    fact=Collation,
    catalog="pg_collation",
    naming=in_parent(Collation.kind),
    # The locale moved from one column to another, and ICU's into a third in between.
    sql="""
SELECT oid, collnamespace AS parent_oid, collname AS name, collprovider AS provider,
  collisdeterministic AS is_deterministic, collcollate::text AS collate,
  collctype::text AS character_type, to_jsonb(c) ->> 'collicurules' AS rules,
  coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale') AS locale
FROM pg_collation c
WHERE oid >= 16384
""",
)
