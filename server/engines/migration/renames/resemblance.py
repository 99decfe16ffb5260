"""How much two objects look like one: what they say, where they stand, what they are called."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import IntEnum

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.fact import Fact
from server.engines.catalog.fingerprint import payload_fingerprint
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.domain_constraint import DomainConstraint

_WORDS = re.compile(r"[^_\W]+", re.UNICODE)
_SAYS_LITTLE = frozenset({"is", "has", "at", "on", "by", "of", "the", "id", "no", "new", "old"})
_SIMILAR = 0.6


class Confidence(IntEnum):
    """How likely it is that nobody meant to drop the one and add the other."""

    WEAK = 1
    FAIR = 2
    STRONG = 3


@dataclass(frozen=True, slots=True)
class Resemblance:
    """A verdict, the place in the order among others, and the evidence in words."""

    confidence: Confidence
    score: float
    evidence: tuple[str, ...]


def likeness(one: str, other: str) -> float:
    """Return how alike two names are, from 0 to 1, without the words that many names have."""
    return SequenceMatcher(None, _telling(one), _telling(other)).ratio()


def is_similar(one: str, other: str) -> bool:
    """Whether two names may well be for the same thing."""
    return likeness(one, other) >= _SIMILAR


def _telling(name: str) -> str:
    words = _WORDS.findall(name.lower())
    telling = [word for word in words if word not in _SAYS_LITTLE]
    return "_".join(telling or words)


def is_equal(old: Fact, new: Fact) -> bool:
    """Whether two facts say the same apart from their names."""
    return payload_fingerprint(old) == payload_fingerprint(new)


def share(one: Iterable[object], other: Iterable[object]) -> float:
    """Return which part of what either has both have; 1 where neither has anything."""
    left, right = set(one), set(other)
    return len(left & right) / len(left | right) if left | right else 1.0


def parts(catalog: Catalog, identity: Identity) -> frozenset[tuple[str, str, str]]:
    """Return the parts of an object by kind, name and content.

    Constraints go without their names, which are mostly made of the name of the whole.
    """
    return frozenset(
        (
            each.kind,
            "" if each.kind == DomainConstraint.kind else each.identity.name,
            payload_fingerprint(each),
        )
        for each in catalog.parts(identity)
        if each.identity.of is None
    )
