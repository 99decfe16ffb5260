"""What earlier readings of one schema found, for as long as it is true."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from server.engines.catalog.addresses import Addresses, by_reader
from server.engines.catalog.fact import Fact
from server.engines.catalog.identity import Identity
from server.engines.catalog.mapping import fact
from server.engines.catalog.reader import Reader, Row
from server.engines.catalog.sighting import Address, Sighting

_Identities = tuple[Identity, Identity | None]


@dataclass(frozen=True, slots=True)
class _Known:
    """What a fact adds to the fingerprint and where, and the names that it was made from."""

    order: tuple[object, ...]
    share: str
    identities: _Identities
    referred: tuple[tuple[Address, Identity | None], ...]

    def holds(self, identities: _Identities, addresses: Addresses) -> bool:
        """Whether the same row would make the same fact again."""
        (own, parent), (own_then, parent_then) = identities, self.identities
        return (
            own is own_then
            and parent is parent_then
            and all(addresses.identity(*address) is then for address, then in self.referred)
        )


class Memory:
    """Keeps what rows, names and facts led to, and forgets what the last reading did not find."""

    def __init__(self, share: Callable[[Fact], str]) -> None:
        """Remember nothing yet; `share` is what a fact adds to a fingerprint."""
        self._share = share
        self._rows: dict[type[Fact], tuple[Sequence[Row], Sequence[Sighting]]] = {}
        self._names: dict[Sighting, _Identities] = {}
        self._known: dict[Sighting, _Known] = {}

    def sightings(self, reader: Reader, rows: Sequence[Row]) -> Sequence[Sighting]:
        """Return what was seen in a kind's rows: the same sighting for a row that is the same."""
        rows_then, sightings_then = self._rows.get(reader.fact, ((), ()))
        if rows_then != rows:
            found = _matched(reader, rows, zip(rows_then, sightings_then, strict=True))
            self._rows[reader.fact] = rows, [*found]
        return self._rows[reader.fact][1] if rows else ()

    def name(self, sighting: Sighting, parent: Identity | None) -> Identity:
        """Name what was seen as its kind does, once for each name of its parent."""
        known = self._names.get(sighting)
        if known is None or known[1] is not parent:
            known = self._names[sighting] = by_reader(sighting, parent), parent
        return known[0]

    def shares(self, addresses: Addresses, others: Iterable[Fact]) -> Iterator[str]:
        """Yield what each fact adds, in the order of identities; `others` have no sighting."""
        then, now = self._known, dict(self._facts(addresses))
        same = [(seen, known) for seen, known in then.items() if now.get(seen) is known]
        other = [(seen, known) for seen, known in now.items() if then.get(seen) is not known]
        # What is in order already costs nothing to sort.
        self._known = dict(sorted([*same, *other], key=lambda item: item[1].order))
        self._names = {
            seen: self._names[seen] for seen in addresses.sightings if seen in self._names
        }
        rare = [
            _Known(each.identity.order, self._share(each), (each.identity, None), ())
            for each in others
        ]
        return (
            known.share
            for known in sorted([*self._known.values(), *rare], key=lambda known: known.order)
        )

    def _facts(self, addresses: Addresses) -> Iterator[tuple[Sighting, _Known]]:
        for sighting in addresses.sightings:
            identities = addresses.identities(sighting)
            if identities is not None and addresses.extension_of_sighting(sighting) is None:
                known = self._known.get(sighting)
                if known is None or not known.holds(identities, addresses):
                    known = self._made(sighting, identities, addresses)
                yield sighting, known

    def _made(self, sighting: Sighting, identities: _Identities, addresses: Addresses) -> _Known:
        referred: dict[Address, Identity | None] = {}

        def name(catalog: str, oid: int, part: int) -> Identity | None:
            found = referred[catalog, oid, part] = addresses.identity(catalog, oid, part)
            return found

        made = fact(sighting.reader.fact, sighting.row, identities, name)
        return _Known(made.identity.order, self._share(made), identities, tuple(referred.items()))


def _matched(
    reader: Reader, rows: Iterable[Row], before: Iterable[tuple[Row, Sighting]]
) -> Iterator[Sighting]:
    known: defaultdict[object, list[tuple[Row, Sighting]]] = defaultdict(list)
    for row, sighting in before:
        known[_key(row)].append((row, sighting))
    for row in rows:
        same = (sighting for then, sighting in known.get(_key(row), ()) if then == row)
        yield next(same, None) or Sighting.of(reader, row)


def _key(row: Row) -> object:
    """Return what few rows of one kind share."""
    return row.get("oid"), row.get("subid"), row.get("parent_oid"), row.get("parent_subid")
