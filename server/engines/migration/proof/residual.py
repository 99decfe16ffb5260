"""What still differs from where a plan was to lead, by two observers that share no code."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from anyio.to_thread import run_sync

from server.engines.catalog.diff import Added, Changed, Difference, FieldChange, Removed
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.user_mapping import UserMapping
from server.engines.catalog.read import read_catalog
from server.engines.migration.planner import counted
from server.engines.migration.proof.clones import Clone
from server.engines.migration.proof.dump_text import DumpText, dump_text
from server.engines.migration.proof.ground import Ground
from server.sql_secrets import without_secrets

_LONGEST = 120
# Options of foreign data may be secrets, whatever they are called.
_NEVER_SHOWN = frozenset({"options_digest", "fdw_options"})
_MOST = 100


@dataclass(frozen=True, slots=True)
class Residual:
    """Differences in words: `catalog` as we read it, `dump` as pg_dump prints it.

    `+` is missing, `-` is too much, `~` is other than it should be. An index that is not valid is
    a difference of the catalog: pg_dump leaves it out in silence.
    """

    catalog: tuple[str, ...] = ()
    dump: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether both observers find nothing."""
        return not self.catalog and not self.dump


async def residual(
    clone: Clone,
    wanted: Ground,
    stands_at: str,
    *,
    with_owners: bool = False,
    filled_in: frozenset[Identity] = frozenset(),
) -> Residual:
    """Compare the clone, which `stands_at` a boundary, with what it should have become.

    The catalog is read in full only where the boundary is another, or says too little: it is
    without owners and without the values of user mappings. Those of the mappings `filled_in` are
    not compared: their operator knows them, nobody else.

    Raises:
        UnavailableError: this machine has no pg_dump for the server.
    """
    ours = asyncio.create_task(_dump(clone, with_owners=with_owners))
    theirs = asyncio.create_task(wanted.dump(with_owners=with_owners))
    try:
        is_there = stands_at == await run_sync(lambda: wanted.boundary)
        if is_there and not with_owners and not wanted.catalog.of(UserMapping):
            left: Sequence[Difference] = ()
        else:
            catalog = await read_catalog(clone.superuser)
            left = counted(catalog, wanted.catalog, with_owners=with_owners)
        dump = (await ours).differences(await theirs)
    finally:
        ours.cancel()
        await asyncio.gather(ours, theirs, return_exceptions=True)
    return Residual(
        tuple(_lines(each for each in left if not _is_filled_in(each, filled_in))), dump
    )


def _is_filled_in(difference: Difference, filled_in: frozenset[Identity]) -> bool:
    return (
        isinstance(difference, Changed)
        and difference.identity in filled_in
        and {change.field for change in difference.changes} == {"options_digest"}
    )


async def _dump(clone: Clone, *, with_owners: bool) -> DumpText:
    return await dump_text(clone.database, clone.superuser_settings, with_owners=with_owners)


def _lines(left: Iterable[Difference]) -> Iterator[str]:
    for number, each in enumerate(left):
        if number == _MOST:
            yield "and more"
            return
        yield _line(each)


def _line(difference: Difference) -> str:
    match difference:
        case Added(new):
            return f"+ {new.identity}"
        case Removed(old):
            return f"- {old.identity}"
        case Changed(_, new, changes):
            return f"~ {new.identity}: {'; '.join(map(_field, changes))}"


def _field(change: FieldChange) -> str:
    if change.field in _NEVER_SHOWN:
        return f"{change.field} differs"
    return f"{change.field} is {_short(change.old)} and should be {_short(change.new)}"


def _short(value: object) -> str:
    text = without_secrets(repr(value))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} [...]"
