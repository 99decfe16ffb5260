"""An attack in parts: the requests of each in the order they are sent, and who judges them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice

from server.engines.loadtest.attacks.likeness import Pair, likeness
from server.engines.loadtest.attacks.pattern import Attack, Probe, Twins
from server.engines.loadtest.attacks.reply import Reply, Silence
from server.engines.loadtest.attacks.verdict import Finding, Verdict, findings
from server.engines.loadtest.plan import Message

Judge = Callable[[Sequence[Reply | Silence]], tuple[Finding, ...]]


@dataclass(frozen=True, slots=True)
class Part:
    """The requests of one probe or one kind of twins; `judge` takes the replies to all of them."""

    source: Probe | Twins
    messages: tuple[Message, ...]
    judge: Judge

    @property
    def name(self) -> str:
        """What its findings are called."""
        return self.source.name

    def unreached(self, reason: str) -> Finding:
        """Return what is known where not every request was sent: nothing."""
        source = self.source
        return Finding(source.name, Verdict.UNTESTED, reason, source.why, source.guide_section)


def parts(attack: Attack, *, encrypted: bool) -> Iterator[Part]:
    """Yield twins first, on a server that is not yet annoyed, then each probe."""
    for twins in attack.twins:
        yield Part(twins, tuple(_in_turns(twins)), partial(_alike, twins))
    for probe in attack.probes:
        messages = tuple(islice(cycle(probe.messages), probe.requests))
        yield Part(probe, messages, partial(findings, probe, encrypted=encrypted))


def _in_turns(twins: Twins) -> Iterator[Message]:
    """Yield ABBA, so that a server that slows down slows both."""
    for number, (first, second) in enumerate(zip(twins.first, twins.second, strict=True)):
        yield from (second, first) if number % 2 else (first, second)


def _alike(twins: Twins, replies: Sequence[Reply | Silence]) -> tuple[Finding, ...]:
    return (likeness(twins, [*_pairs(replies)]),)


def _pairs(replies: Sequence[Reply | Silence]) -> Iterator[Pair]:
    sent = zip(replies[::2], replies[1::2], strict=True)
    for number, (earlier, later) in enumerate(sent):
        yield (later, earlier) if number % 2 else (earlier, later)
