"""Schemas."""

from dataclasses import dataclass
from typing import ClassVar

from server.engines.catalog.fact import Fact
from server.engines.catalog.reader import Reader, named


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema(Fact):
    """A namespace. The built-in `public` counts as one of the user's."""

    kind: ClassVar[str] = "schema"


READER = Reader(
    fact=Schema,
    catalog="pg_namespace",
    naming=named(Schema.kind),
    is_of_built_in=True,
    sql="""
SELECT oid, nspname AS name
FROM pg_namespace
WHERE oid >= 16384 AND nspname !~ '^pg_' OR nspname = 'public'
""",
)
