"""Two schemas that plans shall lead between."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    old: str
    new: str
    rows: tuple[str, ...] = ()
    """Statements that each add a row to the old schema; not all of them need to work."""
    only_remarks: bool = False
    """Whether nothing but comments and privileges differs."""
