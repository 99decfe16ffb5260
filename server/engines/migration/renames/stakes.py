"""What a plan does where nobody says that something was renamed, and what that costs."""

from types import MappingProxyType

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.migration.renames.rename import LABEL, Rename

_LOST = MappingProxyType(
    {
        "table": "all rows of {old} are lost",
        "column": "all values of {old} are lost",
        "attribute": "all values of {old} are lost",
        "sequence": "how far {old} has counted is lost",
        "schema": "everything in {old} is dropped, with all rows in it",
        "materialized_view": "the rows of {old} are computed again",
        "index": "the index is built again, which reads the whole table",
        "constraint": "the constraint is checked again on all rows",
        "view": "no rows are lost; its dependents are made anew",
        "routine": "no rows are lost; its dependents are made anew",
    }
)
_LOST_OTHERWISE = "columns of the type {old} have to change theirs"


def otherwise(rename: Rename, old: Catalog) -> str:
    """Return what happens without the rename, in one sentence."""
    shown = _shown(rename.old)
    if rename.old.kind == LABEL:
        enum = Identity("enum", rename.old.names[:-1]).qualified_name
        return (
            f"The plan makes {enum} anew without {shown} and with {_shown(rename.new)}; "
            f"it fails while rows hold {shown}."
        )
    lost = _LOST.get(rename.old.kind, _LOST_OTHERWISE).format(old=shown)
    dependents = len({each.dependent for each in old.dependents(rename.old)})
    besides = f" {dependents} other objects depend on it." if dependents > 1 else ""
    return f"The plan drops {shown} and creates {_shown(rename.new)}: {lost}.{besides}"


def _shown(identity: Identity) -> str:
    return repr(identity.name) if identity.kind == LABEL else identity.qualified_name
