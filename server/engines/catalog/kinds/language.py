"""Procedural languages."""

from dataclasses import dataclass
from typing import ClassVar

from server.engines.catalog.fact import Fact
from server.engines.catalog.reader import Reader, named


@dataclass(frozen=True, slots=True, kw_only=True)
class Language(Fact):
    """A language that routines may be written in, made without an extension."""

    kind: ClassVar[str] = "language"

    is_trusted: bool
    handler: str | None
    inline_handler: str | None
    validator: str | None


READER = Reader(
    fact=Language,
    catalog="pg_language",
    naming=named(Language.kind),
    sql="""
SELECT oid, lanname AS name, lanpltrusted AS is_trusted,
  nullif(lanplcallfoid::regproc::text, '-') AS handler,
  nullif(laninline::regproc::text, '-') AS inline_handler,
  nullif(lanvalidator::regproc::text, '-') AS validator
FROM pg_language
WHERE oid >= 16384
""",
)
