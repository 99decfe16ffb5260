"""Extensions."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from server.engines.catalog.compare import Rule
from server.engines.catalog.fact import Fact
from server.engines.catalog.reader import Reader, named


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension(Fact):
    """An installed extension; its members are no facts, only `Catalog.extension_members`."""

    kind: ClassVar[str] = "extension"

    in_schema: str
    version: Annotated[str, Rule.IGNORED]
    """Not compared: which version is at hand belongs to the server, not to the schema."""
    is_relocatable: Annotated[bool, Rule.IGNORED]


READER = Reader(
    fact=Extension,
    catalog="pg_extension",
    naming=named(Extension.kind),
    is_of_built_in=True,
    sql="""
SELECT e.oid, e.extname AS name, n.nspname AS in_schema, e.extversion AS version,
  e.extrelocatable AS is_relocatable
FROM pg_extension e
JOIN pg_namespace n ON n.oid = e.extnamespace
""",
)
