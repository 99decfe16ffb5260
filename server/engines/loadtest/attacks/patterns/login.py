"""A login under attack: guessing, credential stuffing, and telling who has an account.

The body must name an account that exists, made for tests: it ends up limited or locked. Its
password is never sent; every attempt uses a wrong one. Other attempts use addresses below
`example.invalid`, which nobody can own (RFC 2606).
"""

from collections.abc import Iterator, Mapping
from typing import Final

from server.engines.loadtest.attacks.pattern import (
    Aim,
    Aspect,
    HeaderCheck,
    Pattern,
    Probe,
    Rule,
    Twins,
)
from server.engines.loadtest.attacks.requests import with_header, with_json
from server.engines.loadtest.plan import Message
from server.errors import InvalidInputError

_USER_NAMES: Final = ("username", "user_name", "email", "login", "user", "account", "phone")
_PASSWORD_NAMES: Final = ("password", "passwd", "passphrase", "pass", "secret", "pin")
_REFUSED: Final = frozenset({400, 401, 403})
"""401 as a rule; a token endpoint says 400 `invalid_grant` (RFC 6749, 5.2)."""
_INVALID: Final = frozenset({400, 401, 403, 422})
_TOO_LARGE: Final = frozenset({400, 413, 422})
_LIMITED: Final = frozenset({429})
_BARRIERS: Final = frozenset({404, 405, 429})
"""Without 401, by which a login says that it has looked."""
_GUESSES: Final = 30
_STUFFED: Final = 60
# Fewer than the failures after which a counter for one account may act.
_PAIRS: Final = 4
_LONG: Final = 100_000  # characters
_RETRY_AFTER: Final = HeaderCheck(
    "retry-after",
    Rule.REQUIRED,
    "a client that is not told when to come back comes back at once (RFC 6585, 4)",
    "login-limits",
    pattern=r"^\d+$|GMT$",
    statuses=_LIMITED,
)


def _probes(aim: Aim) -> tuple[Probe, ...]:
    return (*_bodies(aim), *_guessing(aim), *_stuffing(aim))


def _twins(aim: Aim) -> tuple[Twins, ...]:
    user, _ = _credentials(aim.sample)
    known = str(aim.sample[user])
    strangers = [_stranger("twin", number) for number in range(_PAIRS)]
    return (
        Twins(
            "known-and-unknown-user",
            tuple(_attempt(aim, known, number) for number in range(_PAIRS)),
            tuple(_attempt(aim, name, number) for number, name in enumerate(strangers)),
            frozenset(Aspect),
            "an answer or a delay that differs tells which accounts exist",
            "authentication",
            hidden=(known, *strangers),
        ),
    )


def _bodies(aim: Aim) -> Iterator[Probe]:
    user, password = _credentials(aim.sample)
    yield Probe(
        "operator-as-password",
        (with_json(aim.message, {**aim.sample, password: {"$ne": None}}),),
        _INVALID,
        "a document store reads the object as `not equal to null`, which any password is",
        "injection",
        barriers=_BARRIERS,
    )
    yield Probe(
        "quote-in-user",
        (with_json(aim.message, {**aim.sample, user: "probe'\"\\", password: _wrong(0)}),),
        _INVALID,
        "a quote that breaks the statement shows that the name was pasted into it",
        "injection",
        barriers=_BARRIERS,
    )
    yield Probe(
        "long-password",
        (with_json(aim.message, {**aim.sample, password: "A" * _LONG}),),
        _TOO_LARGE,
        "a password without an upper bound is memory and time of a stranger's choice",
        "password-storage",
        barriers=_BARRIERS,
    )


def _guessing(aim: Aim) -> Iterator[Probe]:
    user, _ = _credentials(aim.sample)
    known = str(aim.sample[user])
    yield Probe(
        "guessing",
        tuple(_attempt(aim, known, number) for number in range(_GUESSES)),
        _REFUSED | _LIMITED,
        f"{_GUESSES} wrong passwords for one account must meet a limit",
        "login-limits",
        requests=_GUESSES,
        needs=_LIMITED,
        header_checks=(_RETRY_AFTER,),
        barriers=_BARRIERS,
    )
    spellings = (f" {known}", f"{known} ", *(_spelled(known, each) for each in range(1, _GUESSES)))
    yield Probe(
        "guessing-with-spellings",
        tuple(_attempt(aim, name, number) for number, name in enumerate(spellings)),
        _INVALID | _LIMITED,
        "a counter by the name as it was typed starts again with each spelling",
        "login-limits",
        requests=_GUESSES,
        needs=_LIMITED,
        barriers=_BARRIERS,
    )


def _stuffing(aim: Aim) -> Iterator[Probe]:
    attempts = tuple(_attempt(aim, _stranger("stuffed", each), each) for each in range(_STUFFED))
    yield Probe(
        "stuffing",
        attempts,
        _REFUSED | _LIMITED,
        f"{_STUFFED} accounts tried once each from one address must meet a limit",
        "credential-stuffing",
        requests=_STUFFED,
        needs=_LIMITED,
        header_checks=(_RETRY_AFTER,),
        barriers=_BARRIERS,
    )
    yield Probe(
        "stuffing-with-forged-addresses",
        tuple(_forwarded(message, number) for number, message in enumerate(attempts)),
        _REFUSED | _LIMITED,
        "a limit by X-Forwarded-For is lifted by whoever writes it; take the address that your "
        "own proxy appended",
        "credential-stuffing",
        requests=_STUFFED,
        needs=_LIMITED,
        barriers=_BARRIERS,
    )


def _attempt(aim: Aim, name: str, number: int) -> Message:
    user, password = _credentials(aim.sample)
    return with_json(aim.message, {**aim.sample, user: name, password: _wrong(number)})


def _wrong(number: int) -> str:
    return f"wrong-probe-password-{number:04}"


def _spelled(name: str, number: int) -> str:
    """Return the name with the case of some letters turned, others for each number."""
    places = [place for place, letter in enumerate(name) if letter.swapcase() != letter]
    turned = {place for bit, place in enumerate(places) if number >> bit & 1}
    return "".join(
        letter.swapcase() if place in turned else letter for place, letter in enumerate(name)
    )


def _stranger(purpose: str, number: int) -> str:
    return f"{purpose}-{number:04}@example.invalid"


def _forwarded(message: Message, number: int) -> Message:
    address = f"203.0.113.{number + 1}"  # for documentation, RFC 5737
    return with_header(message, ("X-Forwarded-For", address), ("X-Real-IP", address))


def _credentials(sample: Mapping[str, object]) -> tuple[str, str]:
    return _member(sample, _USER_NAMES, "user"), _member(sample, _PASSWORD_NAMES, "password")


def _member(sample: Mapping[str, object], names: tuple[str, ...], what: str) -> str:
    by_name = {name.lower(): name for name in sample}
    for name in names:
        if name in by_name and isinstance(sample[by_name[name]], str):
            return by_name[name]
    raise InvalidInputError(
        f"No member of the body is the {what} of a login.",
        next_step=f"Give a text named one of {', '.join(names)}.",
    )


PATTERN = Pattern(_probes, _twins, methods=frozenset({"POST", "PUT", "PATCH"}))
