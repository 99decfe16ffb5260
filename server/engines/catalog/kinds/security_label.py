"""Security labels, one fact for whatever kind has one."""

from dataclasses import dataclass
from typing import ClassVar

from server.engines.catalog.fact import Fact
from server.engines.catalog.reader import Reader, of_parent


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityLabel(Fact):
    """The label of `parent` for one provider, which names it."""

    kind: ClassVar[str] = "security_label"
    is_said_of_parent: ClassVar[bool] = True

    label: str


READER = Reader(
    fact=SecurityLabel,
    catalog="pg_seclabel",
    naming=of_parent(SecurityLabel.kind),
    sql="""
SELECT classoid::regclass::text AS parent_catalog, objoid AS parent_oid,
  objsubid AS parent_subid, ARRAY[provider] AS names, label
FROM pg_seclabel
UNION ALL
SELECT classoid::regclass::text, objoid, 0, ARRAY[provider], label
FROM pg_shseclabel
""",
)
