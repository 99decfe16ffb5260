"""Every set of attack patterns, found by convention: one module of `patterns` each."""

import inspect
import json
import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import cast

from server.engines.loadtest.attacks import patterns as package
from server.engines.loadtest.attacks.pattern import Aim, Attack, HeaderCheck, Pattern, Probe
from server.engines.loadtest.message import check
from server.engines.loadtest.plan import Message
from server.errors import InvalidInputError, NotFoundError


@cache
def presets() -> Mapping[str, Pattern]:
    """Return every set of patterns by name, in alphabetical order."""
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    return MappingProxyType({name: _module(name).PATTERN for name in names})


@cache
def documentation(preset: str) -> str:
    """Return what a set of patterns does, needs and may leave behind.

    Raises:
        NotFoundError: names the sets that exist.
    """
    _pattern(preset)
    return inspect.cleandoc(_module(preset).__doc__ or "")


def attack(preset: str, base: Message, sample_body: Mapping[str, object] | None = None) -> Attack:
    """Aim a set of patterns at the endpoint of a well-formed request.

    `sample_body` holds the members of a body that the endpoint takes; left out, it is read from
    the request's own body.

    Raises:
        NotFoundError: names the sets that exist.
        InvalidInputError: the request, its method or its body does not suit the set.
    """
    pattern = _pattern(preset)
    check(base)
    _check_method(preset, pattern, base.method)
    sample = _sample(preset, pattern, base, sample_body)
    aim = Aim(base, sample)
    made = Attack(preset, pattern.probes(aim), pattern.twins(aim))
    for message in _messages(made):
        check(message)
    return made


def probes(
    preset: str, base: Message, sample_body: Mapping[str, object] | None = None
) -> tuple[Probe, ...]:
    """Return the probes of `attack`, which see.

    Raises:
        NotFoundError: names the sets that exist.
        InvalidInputError: the request, its method or its body does not suit the set.
    """
    return attack(preset, base, sample_body).probes


def header_checks(preset: str) -> tuple[HeaderCheck, ...]:
    """Return what a set of patterns demands of the headers of a plain answer.

    Raises:
        NotFoundError: names the sets that exist.
    """
    return _pattern(preset).header_checks


def _pattern(preset: str) -> Pattern:
    try:
        return presets()[preset]
    except KeyError:
        raise NotFoundError(
            f"No attack {preset[:64]!r}. Attacks: {', '.join(presets())}."
        ) from None


def _module(name: str) -> "_PatternModule":
    return cast("_PatternModule", import_module(f"{package.__name__}.{name}"))


class _PatternModule:
    """What a module of `patterns` looks like to a reader of types."""

    PATTERN: Pattern


def _check_method(preset: str, pattern: Pattern, method: str) -> None:
    if pattern.methods and method.upper() not in pattern.methods:
        raise InvalidInputError(
            f"Attack {preset} sends bodies, and {method[:40]} takes none.",
            next_step=f"Give one of the methods {', '.join(sorted(pattern.methods))}.",
        )


def _sample(
    preset: str, pattern: Pattern, base: Message, given: Mapping[str, object] | None
) -> Mapping[str, object]:
    if not pattern.needs_body:
        return {}
    sample = given if given is not None else _members(base.body)
    if not sample:
        raise InvalidInputError(
            f"Attack {preset} starts from a body that the endpoint takes, and none was given.",
            next_step='Give a JSON object, e.g. {"name": "Probe", "quantity": 1}.',
        )
    return sample


def _members(body: bytes) -> Mapping[str, object]:
    try:
        value: object = json.loads(body or b"{}")
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise InvalidInputError(
            "The body is no JSON object, so its members cannot be varied.",
            next_step='Give a JSON object, e.g. {"name": "Probe", "quantity": 1}.',
        )
    return cast("dict[str, object]", value)


def _messages(made: Attack) -> tuple[Message, ...]:
    in_probes = (message for probe in made.probes for message in probe.messages)
    in_twins = (message for each in made.twins for message in (*each.first, *each.second))
    return (*in_probes, *in_twins)
