"""Statements under a strong lock that no time-out ends: told once, mended once for the file."""

from collections.abc import Callable
from dataclasses import dataclass

from server.engines.catalog.identity import Identity
from server.engines.migration.lint.examined import Examined, Timeouts
from server.engines.migration.lint.safe_forms import listed
from server.engines.migration.lint.script import Script
from server.engines.migration.step import LockMode


@dataclass(frozen=True, slots=True)
class Unbounded:
    """The first such statement and the table that it locks, with the line that bounds them all."""

    table: Identity
    safe_form: str
    where: str
    """A sentence: where the line belongs, and for how many statements."""


def unbounded(
    examined: Examined, script: Script, limit: Callable[[Timeouts], int], setting: str
) -> Unbounded | None:
    """Return what to say of a statement, None unless it is the first that needs the limit."""
    found = [
        each
        for each in script.statements
        if not limit(each.timeouts) and script.locked(each, LockMode.SHARE)
    ]
    if not found or found[0].number != examined.number:
        return None
    transactions = {each.transaction for each in found}
    is_local = len(transactions) == 1 and None not in transactions
    place = "the transaction" if is_local else "the file"
    whom = "it" if len(found) == 1 else f"it and {len(found) - 1} more under strong locks"
    return Unbounded(
        next(iter(script.locked(examined, LockMode.SHARE))),
        listed(f"SET {'LOCAL ' if is_local else ''}{setting}"),
        f"Write this line once, at the head of {place}: it bounds {whom}.",
    )
