"""The relation that a column, index or constraint is a part of."""

from server.engines.catalog.fact import Fact
from server.engines.catalog.identity import Identity


def relation_of(part: Fact) -> Identity:
    """Return the table or materialized view that `part` lies in.

    Raises:
        ValueError: it lies in nothing, as schemas do.
    """
    if part.parent is None:
        raise ValueError(f"{part.identity} is no part of a relation")
    return part.parent
