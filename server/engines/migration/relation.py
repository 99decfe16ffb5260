"""What relations are called in statements about them."""

from server.engines.catalog.identity import Identity
from server.engines.sql.quote import qualified

_ALTER = {"foreign_table": "FOREIGN TABLE", "materialized_view": "MATERIALIZED VIEW"}


def altered(relation: Identity) -> str:
    """Return the beginning of a statement that alters a relation: `ALTER TABLE "s"."t"`."""
    word = _ALTER.get(relation.kind, relation.kind.upper())
    return f"ALTER {word} {qualified(*relation.names)}"


def altered_alone(table: Identity) -> str:
    """Return the same for a table without its partitions and heirs."""
    word = _ALTER.get(table.kind, table.kind.upper())
    return f"ALTER {word} ONLY {qualified(*table.names)}"


def whole(part: Identity) -> str:
    """Return the qualified name of the relation that something named in it is a part of."""
    return qualified(*part.names[:2])
