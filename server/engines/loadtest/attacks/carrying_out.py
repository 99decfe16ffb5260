"""An attack carried out: twins in turns, then each probe, one request after another."""

from collections.abc import Iterator
from itertools import cycle, islice

from server.engines.loadtest.attacks.asking import Asker
from server.engines.loadtest.attacks.likeness import Pair, likeness
from server.engines.loadtest.attacks.pattern import Attack, Probe, Twins
from server.engines.loadtest.attacks.verdict import Finding, findings
from server.engines.loadtest.plan import Message


async def carry_out(attack: Attack, asker: Asker) -> tuple[Finding, ...]:
    """Send every request of an attack and judge what comes back.

    Requests follow each other without a pause; a limit that lets all of them pass lets anyone's.
    """
    found = [likeness(each, await _pairs(each, asker)) for each in attack.twins]
    for probe in attack.probes:
        replies = [await asker.ask(message) for message in _requests(probe)]
        found += findings(probe, replies, encrypted=asker.is_encrypted)
    return tuple(found)


def _requests(probe: Probe) -> Iterator[Message]:
    return islice(cycle(probe.messages), probe.requests)


async def _pairs(twins: Twins, asker: Asker) -> list[Pair]:
    pairs: list[Pair] = []
    for number, (first, second) in enumerate(zip(twins.first, twins.second, strict=True)):
        # In turns, so that a server that slows down slows both.
        if number % 2:
            later = await asker.ask(second)
            pairs.append((await asker.ask(first), later))
        else:
            earlier = await asker.ask(first)
            pairs.append((earlier, await asker.ask(second)))
    return pairs
