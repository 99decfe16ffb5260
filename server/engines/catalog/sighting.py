"""What was seen of one object in pg_catalog, before it has a name."""

from dataclasses import dataclass

from server.engines.catalog.reader import Reader, Row

Address = tuple[str, int, int]
"""A table of pg_catalog, the number of an object in it, and that of a part of it or 0."""


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """One row of a kind's query; two are the same only if they are one."""

    reader: Reader
    row: Row
    address: Address | None
    """Where the object is kept; what is only said about an object has no address."""
    parent: Address | None

    @classmethod
    def of(cls, reader: Reader, row: Row) -> "Sighting":
        """Find the addresses that a row gives."""
        oid, parent = row.get("oid"), row.get("parent_oid")
        return cls(
            reader,
            row if reader.adapt is None else reader.adapt(row),
            None if oid is None else (reader.catalog, oid, row.get("subid", 0)),
            None
            if parent is None
            else (row.get("parent_catalog", reader.parent), parent, row.get("parent_subid", 0)),
        )

    @property
    def goes_with_parent(self) -> bool:
        """Whether it belongs to whatever extension its parent belongs to."""
        if self.reader.fact.is_said_of_parent:
            return True
        return (
            self.reader.goes_with_parent
            and self.parent is not None
            and (self.parent[0] != "pg_namespace")
        )
