"""Renames that nobody asked for, and that may be meant: questions, never decisions."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.fact import Fact
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.enum_type import EnumType
from server.engines.migration.renames.comparisons import COMPARISONS, labels
from server.engines.migration.renames.rename import LABEL, Rename, Translation
from server.engines.migration.renames.request import argument
from server.engines.migration.renames.resemblance import Confidence, Resemblance
from server.engines.migration.renames.stakes import otherwise
from server.engines.sql.quote import literal

_MOST_COMPARED = 200  # of one kind in one place; beyond that everything resembles something


@dataclass(frozen=True, slots=True)
class LikelyRename:
    """A question: was the one renamed to the other, or is it dropped and the other new?"""

    old: Identity
    new: Identity
    confidence: Confidence
    evidence: tuple[str, ...]
    """What speaks for a rename."""
    alternatives: tuple[Identity, ...]
    """Others that the old one may just as well have become."""
    annotation: str
    """The comment in the desired SQL that says it is a rename."""
    argument: str
    """The argument that says so."""
    otherwise: str
    """What the plan does unless somebody says so, and what that loses."""


@dataclass(frozen=True, slots=True)
class _Pair:
    old: Identity
    new: Identity
    resemblance: Resemblance


def likely_renames(
    old: Catalog, new: Catalog, asked: Iterable[Rename] = ()
) -> tuple[LikelyRename, ...]:
    """Return what disappears beside what appears and resembles it, the likeliest first.

    `old` is read after the renames that were asked for. Each object is in one question at most.
    """
    back = Translation.back(asked)
    pairs = sorted(
        (pair for pairs in (_pairs(old, new), _label_pairs(old, new)) for pair in pairs),
        key=lambda pair: (
            -pair.resemblance.confidence,
            -pair.resemblance.score,
            pair.old,
            pair.new,
        ),
    )
    rivals: defaultdict[Identity, list[_Pair]] = defaultdict(list)
    for pair in pairs:
        rivals[pair.old].append(pair)
    used: set[Identity] = set()
    questions: list[LikelyRename] = []
    for pair in pairs:
        if used.isdisjoint({pair.old, pair.new}):
            used |= {pair.old, pair.new}
            questions.append(_question(pair, rivals[pair.old], (old, back)))
    return tuple(questions)


def _pairs(old: Catalog, new: Catalog) -> Iterator[_Pair]:
    gone = _grouped(each for each in old if each.identity not in new)
    fresh = _grouped(each for each in new if each.identity not in old)
    for place in gone.keys() & fresh.keys():
        compare = COMPARISONS[place[0]]
        for one in gone[place][:_MOST_COMPARED]:
            for other in fresh[place][:_MOST_COMPARED]:
                if (resemblance := compare(one, other, old, new)) is not None:
                    yield _Pair(one.identity, other.identity, resemblance)


def _grouped(facts: Iterable[Fact]) -> dict[tuple[str, Identity | None], list[Fact]]:
    groups: defaultdict[tuple[str, Identity | None], list[Fact]] = defaultdict(list)
    for each in facts:
        if each.kind in COMPARISONS:
            groups[each.kind, each.parent].append(each)
    return groups


def _label_pairs(old: Catalog, new: Catalog) -> Iterator[_Pair]:
    for enum in old.of(EnumType):
        other = new.get(enum.identity, EnumType)
        if other is not None:
            for before, after, resemblance in labels(enum, other):
                names = enum.identity.names
                yield _Pair(
                    Identity(LABEL, (*names, before)), Identity(LABEL, (*names, after)), resemblance
                )


def _question(
    pair: _Pair, rivals: Iterable[_Pair], known: tuple[Catalog, Translation]
) -> LikelyRename:
    old, back = known
    rename = Rename(pair.old, pair.new)
    return LikelyRename(
        old=pair.old,
        new=pair.new,
        confidence=pair.resemblance.confidence,
        evidence=pair.resemblance.evidence,
        alternatives=tuple(
            each.new
            for each in rivals
            if each.new != pair.new and each.resemblance.confidence >= pair.resemblance.confidence
        ),
        annotation=f"-- @renamed from={_former(pair.old)}",
        # An argument names what is renamed as the source does.
        argument=argument(Rename(back.identity(pair.old), pair.new)),
        otherwise=otherwise(rename, old),
    )


def _former(identity: Identity) -> str:
    if identity.kind == LABEL:
        return literal(identity.name)
    return Identity("", identity.names[-1:]).qualified_name
