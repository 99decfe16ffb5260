"""Event triggers."""

from dataclasses import dataclass
from typing import ClassVar

from server.engines.catalog.fact import Fact, Options
from server.engines.catalog.kinds.trigger import Enabled
from server.engines.catalog.reader import Reader, named


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTrigger(Fact):
    """A trigger that fires when the schema changes."""

    kind: ClassVar[str] = "event_trigger"

    event: str
    tags: Options
    """The commands that it is limited to; none means all."""
    function: str
    enabled: Enabled


READER = Reader(
    fact=EventTrigger,
    catalog="pg_event_trigger",
    naming=named(EventTrigger.kind),
    sql="""
SELECT oid, evtname AS name, evtevent::text AS event, evttags AS tags,
  evtfoid::regprocedure::text AS function, evtenabled AS enabled
FROM pg_event_trigger
WHERE oid >= 16384
""",
)
