"""What breaks when an object has another name: what programs and bodies still call it."""

import re
from collections.abc import Iterator
from types import MappingProxyType

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.routine import Routine
from server.engines.migration.hazard import Hazard, HazardKind
from server.engines.migration.renames.rename import LABEL, Rename

_MOST_NAMES = 5
_MISSED = MappingProxyType(
    {
        "schema": "programs that name anything in the schema {old} do not find it",
        "column": "statements of running programs that name the column {old} fail",
        "view_column": "statements of running programs that name the column {old} fail",
        "attribute": "statements of running programs that name the attribute {old} fail",
        LABEL: "programs that write or compare the label {old} fail, and read {new} instead",
        "constraint": "programs that name the constraint {old} (ON CONFLICT ON CONSTRAINT, "
        "handlers of its violation) do not find it",
        "domain_constraint": "handlers of violations of {old} do not see that name any more",
        "sequence": "programs that call nextval, currval or setval on {old} fail",
        "routine": "statements of running programs that call {old} fail",
        "aggregate": "statements of running programs that call {old} fail",
        "index": "maintenance scripts and plan hints that name the index {old} do not find it",
        "publication": "subscribers that name the publication {old} stop receiving",
    }
)
_MISSED_OTHERWISE = "statements of running programs that name {old} fail"
# What the body of a routine can name.
_NAMED_IN_BODIES = frozenset(
    {
        *("schema", "table", "foreign_table", "view", "materialized_view", "sequence", "column"),
        *("view_column", "routine", "aggregate", "enum", "domain", "composite_type", "range"),
    }
)
_COMPILED = frozenset({"c", "internal"})


def hazards(rename: Rename, new: Catalog) -> Iterator[Hazard]:
    """Yield what is at risk from the moment the old name is gone."""
    sentence = _MISSED.get(rename.old.kind, _MISSED_OTHERWISE)
    missed = sentence.format(old=_shown(rename.old), new=_shown(rename.new))
    yield Hazard(
        HazardKind.BREAKS_CLIENTS,
        rename.old,
        f"From this step on {missed}: it is called {_shown(rename.new)} then.",
    )
    if bodies := _mentioning(rename, new):
        names = ", ".join(each.identity.qualified_name for each in bodies[:_MOST_NAMES])
        more = f" and {len(bodies) - _MOST_NAMES} more" if len(bodies) > _MOST_NAMES else ""
        yield Hazard(
            HazardKind.UNTRACKABLE,
            rename.old,
            f"The bodies of {names}{more} still say {_shown(rename.old)} in the target; "
            "PostgreSQL does not look into them before they run.",
        )


def _shown(identity: Identity) -> str:
    return repr(identity.name) if identity.kind == LABEL else identity.qualified_name


def _mentioning(rename: Rename, new: Catalog) -> list[Routine]:
    """Return the routines whose text has the old name; a column's beside that of its table."""
    if rename.old.kind not in _NAMED_IN_BODIES or rename.old.name == rename.new.name:
        return []
    words = [_word(rename.old.name)]
    if rename.old.kind in {"column", "view_column"}:
        words.append(_word(rename.old.names[-2], rename.new.names[-2]))
    return [
        each
        for each in new.of(Routine)
        if each.language not in _COMPILED and all(word.search(each.body) for word in words)
    ]


def _word(*names: str) -> re.Pattern[str]:
    either = "|".join(map(re.escape, names))
    return re.compile(rf"(?<![\w$])(?:{either})(?![\w$])")
