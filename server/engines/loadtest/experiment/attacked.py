"""A set of attack patterns sent to one endpoint, one request at a time, and what it showed."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import anyio

from server.engines.loadtest.attacks import registry
from server.engines.loadtest.attacks.asking import Asker
from server.engines.loadtest.attacks.part import Part, parts
from server.engines.loadtest.attacks.pattern import Attack
from server.engines.loadtest.attacks.reply import Reply, Silence
from server.engines.loadtest.attacks.trouble import MOST_LOOKED_AT, seeks_limit, trouble
from server.engines.loadtest.attacks.verdict import Finding
from server.engines.loadtest.client.trust import tls_context
from server.engines.loadtest.plan import Message, Plan, Protocol
from server.engines.loadtest.reach.policy import Caps
from server.engines.loadtest.run import End, Stop, unreachable
from server.errors import InvalidInputError, RefusedError


@dataclass(frozen=True, slots=True)
class Attacked:
    """What an attack showed: a finding on every probe, those that were not reached untested.

    `sent` of `planned` requests were sent in `seconds`; `reason` says why it ended early.
    """

    preset: str
    findings: tuple[Finding, ...]
    planned: int
    sent: int
    seconds: float
    end: End
    reason: str = ""


def aim(preset: str, plan: Plan, caps: Caps) -> Attack:
    """Aim a set of patterns at the one request of a plan; nothing is sent.

    Raises:
        NotFoundError: names the sets that exist.
        InvalidInputError: the plan has several requests, another protocol than HTTP/1.1, or one
            that the set cannot start from.
        RefusedError: the set sends more requests than `caps` allow.
    """
    if plan.protocol is not Protocol.HTTP_1:
        raise InvalidInputError(
            f"An attack is written in HTTP/1.1, not {plan.protocol}.",
            next_step="Leave the protocol out.",
        )
    aimed = registry.attack(preset, _only_message(plan))
    count = sum(len(part.messages) for part in _parts(aimed, plan))
    if count > caps.requests:
        raise RefusedError(
            f"Attack {preset} sends {count} requests, over the {caps.requests} that the operator "
            "allows.",
            next_step="The operator can raise the number of requests a test may send.",
        )
    return aimed


async def attacked(
    attack: Attack, plan: Plan, caps: Caps, *, stop: Stop, watch: Callable[[str], None]
) -> Attacked:
    """Send an aimed attack to the plan's pinned address and judge what comes back.

    One connection at a time, each with one request, at most `caps.rate` of them a second, for at
    most `caps.seconds`. No redirect is followed. `stop` ends it in the middle of a request, and
    a server that is down or asks to be left alone ends it, too: what was judged until then stands.
    `watch` is told before each request where it is. The plan's load counts for nothing.

    Raises:
        UnavailableError: the server answered nothing at all.
    """
    siege = _Siege(attack, plan, caps, watch)
    with anyio.CancelScope(deadline=anyio.current_time() + caps.seconds) as scope:
        stop.calls(scope.cancel)
        await siege.carry_out()
    return siege.outcome(_ending(siege, stop, caps))


def _ending(siege: "_Siege", stop: Stop, caps: Caps) -> tuple[End, str]:
    if siege.is_done:
        return End.COMPLETED, ""
    if siege.trouble:
        return End.ABORTED, siege.trouble
    if stop.is_set:
        return End.STOPPED, "stopped by the caller"
    return End.ABORTED, f"the {caps.seconds:g} s that the operator allows were over"


def _only_message(plan: Plan) -> Message:
    messages = [message for target in plan.targets for message in target.messages]
    if len(messages) > 1:
        raise InvalidInputError(
            f"An attack starts from one well-formed request, and these are {len(messages)}.",
            next_step="Give one url without a data file.",
        )
    return messages[0]


def _parts(attack: Attack, plan: Plan) -> Sequence[Part]:
    return tuple(parts(attack, encrypted=plan.endpoint.is_encrypted))


class _Siege:
    """Sends the parts of an attack in order, and keeps what each of them showed."""

    def __init__(
        self, attack: Attack, plan: Plan, caps: Caps, watch: Callable[[str], None]
    ) -> None:
        self._attack = attack
        self._plan = plan
        self._watch = watch
        self._parts = _parts(attack, plan)
        self._planned = sum(len(part.messages) for part in self._parts)
        self._seeks_limit = seeks_limit(attack)
        self._asker = _asker(plan)
        self._pace = _Pace(caps.rate)
        self._began = anyio.current_time()
        self._latest: deque[Reply | Silence] = deque(maxlen=MOST_LOOKED_AT)
        self._was_answered = False
        self._findings: list[Finding] = []
        self._reached = 0
        self._sent = 0
        self.trouble = ""

    @property
    def is_done(self) -> bool:
        """Whether every part was judged."""
        return self._reached == len(self._parts)

    async def carry_out(self) -> None:
        """Go on until all is judged, or the server is in trouble."""
        for part in self._parts:
            replies = await self._replies_to(part)
            if len(replies) == len(part.messages):
                self._findings += part.judge(replies)
                self._reached += 1
            if self.trouble:
                return

    async def _replies_to(self, part: Part) -> Sequence[Reply | Silence]:
        replies: list[Reply | Silence] = []
        for message in part.messages:
            self._watch(f"{part.name}: request {self._sent + 1} of {self._planned}")
            await self._pace.next()
            self._sent += 1
            replies.append(await self._asker.ask(message))
            self._look(replies[-1], part)
            if self.trouble:
                break
        return replies

    def _look(self, reply: Reply | Silence, part: Part) -> None:
        self._latest.append(reply)
        self._was_answered |= isinstance(reply, Reply)
        reason = trouble(self._latest, seeks_limit=self._seeks_limit)
        if reason and not self._was_answered:
            raise unreachable(self._plan.endpoint, reason)
        # Of a server that went down what came last is the likely cause.
        self.trouble = reason and f"{reason}; the last were sent by {part.name}"

    def outcome(self, ending: tuple[End, str]) -> Attacked:
        """Return what was found until now, however it ended."""
        end, reason = ending
        rest = self._parts[self._reached :]
        unreached = [part.unreached(f"not reached: {reason}") for part in rest]
        return Attacked(
            preset=self._attack.preset,
            findings=(*self._findings, *unreached),
            planned=self._planned,
            sent=self._sent,
            seconds=anyio.current_time() - self._began,
            end=end,
            reason=reason,
        )


class _Pace:
    """Lets the next one begin a fixed time after the last one began, and no sooner."""

    def __init__(self, rate: float) -> None:
        self._gap = 1 / rate
        self._next = anyio.current_time()

    async def next(self) -> None:
        now = anyio.current_time()
        # Also where there is nothing to wait for: a stop is noticed here.
        await anyio.sleep(max(0.0, self._next - now))
        self._next = max(now, self._next) + self._gap


def _asker(plan: Plan) -> Asker:
    encrypted = plan.endpoint.is_encrypted
    context = tls_context(plan.trust, plan.protocol) if encrypted else None
    return Asker(plan.endpoint, plan.limits, context)
