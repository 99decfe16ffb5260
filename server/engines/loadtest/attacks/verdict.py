"""From replies to verdicts: a defense held, is broken, or was not reached."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Final

from server.engines.loadtest.attacks.pattern import HeaderCheck, Probe, Rule
from server.engines.loadtest.attacks.reply import Reply, Silence


class Verdict(StrEnum):
    """What became of a defense; only a held one is one."""

    HELD = "held"
    BROKEN = "broken"
    UNTESTED = "untested"
    """Another refusal came first, so nothing is known."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one probe showed: `seen` in words, `why` it matters, and where to read what is right.

    `may_have_written` says that the server took what it should have refused, and may keep it.
    """

    probe: str
    verdict: Verdict
    seen: str
    why: str
    guide_section: str
    may_have_written: bool = False


# An error's own words, which tell an attacker what runs there and whether a quote got through.
LEAKS: Final = (
    "Traceback (most recent call last)",
    "SQLSTATE",
    "syntax error at or near",
    "unterminated quoted string",
    "You have an error in your SQL syntax",
    "ORA-0",
    "at Object.<anonymous>",
    "node_modules/",
    "java.lang.",
    "goroutine 1 [",
)
_MOST_LISTED: Final = 6
_OK: Final = range(200, 300)
_LONGEST_VALUE: Final = 8 << 10  # characters of a header that are looked at


def findings(
    probe: Probe, replies: Sequence[Reply | Silence], *, encrypted: bool
) -> tuple[Finding, ...]:
    """Judge the replies to a probe's requests, in their order; one finding on each header check."""
    return (
        _finding(probe, replies),
        *(_on_header(probe, check, replies, encrypted=encrypted) for check in probe.header_checks),
    )


def _finding(probe: Probe, replies: Sequence[Reply | Silence]) -> Finding:
    faults = [fault for reply in replies for fault in _faults(probe, reply)]
    missing = _missing(probe, replies)
    wrote = probe.could_write and any(_is_success(each) for each in replies)
    if faults or (missing and not _was_kept_out(probe, replies)):
        seen = faults[0] if faults else missing
        return Finding(probe.name, Verdict.BROKEN, seen, probe.why, probe.guide_section, wrote)
    if missing or _was_kept_out(probe, replies):
        seen = f"{_counted(replies)}: refused before it could show"
        return Finding(probe.name, Verdict.UNTESTED, seen, probe.why, probe.guide_section)
    return Finding(
        probe.name, Verdict.HELD, _counted(replies), probe.why, probe.guide_section, wrote
    )


def _faults(probe: Probe, reply: Reply | Silence) -> Iterator[str]:
    if isinstance(reply, Silence):
        if reply.failure not in probe.tolerates:
            yield f"no answer: {reply.failure} ({reply.detail})"
        return
    if reply.status not in probe.expects | probe.barriers:
        yield f"{_named(reply.status)} instead of {_listed(probe.expects)}"
    for text in (*probe.must_not_say, *LEAKS):
        if reply.says(text):
            yield f"{_named(reply.status)} with {text!r} in it"


def _missing(probe: Probe, replies: Sequence[Reply | Silence]) -> str:
    statuses = {each.status for each in replies if isinstance(each, Reply)}
    if probe.needs and not probe.needs & statuses:
        return f"{_counted(replies)}, never {_listed(probe.needs)}"
    return ""


def _was_kept_out(probe: Probe, replies: Sequence[Reply | Silence]) -> bool:
    """Whether every reply was a refusal that this probe does not look for."""
    return bool(replies) and all(
        isinstance(each, Reply) and each.status in probe.barriers - probe.expects
        for each in replies
    )


def _is_success(reply: Reply | Silence) -> bool:
    return isinstance(reply, Reply) and reply.status in _OK


def _on_header(
    probe: Probe, check: HeaderCheck, replies: Sequence[Reply | Silence], *, encrypted: bool
) -> Finding:
    answers = [each for each in replies if isinstance(each, Reply)]
    concerned = [each for each in answers if not check.statuses or each.status in check.statuses]
    name = f"{probe.name}/{check.header}"
    if not concerned or (check.only_encrypted and not encrypted):
        seen = "no TLS" if check.only_encrypted and not encrypted else "no answer it counts for"
        return Finding(name, Verdict.UNTESTED, seen, check.why, check.guide_section)
    faults = [fault for each in concerned for fault in header_faults(check, each)]
    verdict = Verdict.BROKEN if faults else Verdict.HELD
    seen = faults[0] if faults else "as it must be"
    return Finding(name, verdict, seen, check.why, check.guide_section)


def header_faults(check: HeaderCheck, reply: Reply) -> tuple[str, ...]:
    """Return what is wrong with a header of an answer; values of cookies are not repeated."""
    # Patterns look at every part of a value against every other.
    values = [each[:_LONGEST_VALUE] for each in reply.values(check.header)]
    matching = [each for each in values if re.search(check.pattern, each, re.IGNORECASE)]
    match check.rule:
        case Rule.REQUIRED if not values:
            return (f"no {check.header}",)
        case Rule.REQUIRED if not matching:
            return (_shown(check.header, values[0]),)
        case Rule.FORBIDDEN if matching:
            return (_shown(check.header, matching[0]),)
        case Rule.BOUND:
            return tuple(_shown(check.header, each) for each in values if each not in matching)
        case _:
            return ()


def _shown(header: str, value: str) -> str:
    if header == "set-cookie":
        name, _, rest = value.partition("=")
        value = f"{name}=...;{rest.partition(';')[2]}"
    return f"{header}: {value[:120]}"


def _counted(replies: Iterable[Reply | Silence]) -> str:
    counts: dict[str, int] = {}
    for each in replies:
        what = _named(each.status) if isinstance(each, Reply) else str(each.failure)
        counts[what] = counts.get(what, 0) + 1
    return ", ".join(what if count == 1 else f"{what} x{count}" for what, count in counts.items())


def _listed(statuses: frozenset[int]) -> str:
    if len(statuses) > _MOST_LISTED:
        return f"a status up to {max(statuses)}"
    return " or ".join(str(each) for each in sorted(statuses))


def _named(status: int) -> str:
    known = next((each.phrase for each in HTTPStatus if each == status), "")
    return f"{status} {known}".rstrip()
