"""Access methods."""

from dataclasses import dataclass
from typing import ClassVar

from server.engines.catalog.fact import Coded, Fact
from server.engines.catalog.reader import Reader, named


class AccessMethodType(Coded):
    """What an access method keeps."""

    TABLE = "table", "t"
    INDEX = "index", "i"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessMethod(Fact):
    """How tables or indexes are kept on disk."""

    kind: ClassVar[str] = "access_method"

    type: AccessMethodType
    handler: str


READER = Reader(
    fact=AccessMethod,
    catalog="pg_am",
    naming=named(AccessMethod.kind),
    sql="""
SELECT oid, amname AS name, amtype AS type, amhandler::text AS handler
FROM pg_am
WHERE oid >= 16384
""",
)
