"""What a schema holds and no kind reads."""

from dataclasses import dataclass
from typing import ClassVar

from server.engines.catalog.fact import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmodeled(Fact):
    """An object that was seen and not understood; what depends on knowing it must be refused."""

    kind: ClassVar[str] = "unmodeled"

    description: str
    """In PostgreSQL's words: `type public.box`."""
