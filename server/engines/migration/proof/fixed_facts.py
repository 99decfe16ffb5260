"""What is known of statements that cannot be watched inside a transaction, from measurements.

The strongest lock of each was read from pg_locks on PostgreSQL 15 and 18 while a third session
made it wait. All wait for transactions that write the table; those that drop or replace an index,
for readers too.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from server.engines.migration.step import Evidence, LockMode, Observation
from server.engines.postgres.session import Row, Session
from server.engines.sql.rehearsal import Form, Rehearsal, RelationName

_NAMES = re.compile(r'("(?:[^"]|"")+"|[A-Za-z_]\w*)\.("(?:[^"]|"")+"|[A-Za-z_]\w*)')
_LOOK = """
SELECT n.nspname, c.relname, c.relkind::text AS kind, c.relispartition AS is_partition,
  tn.nspname || '.' || t.relname AS table,
  ARRAY(SELECT xn.nspname || '.' || x.relname FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
    JOIN pg_catalog.pg_namespace xn ON xn.oid = x.relnamespace
    WHERE i.indrelid = c.oid) AS indexes
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
LEFT JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
LEFT JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
WHERE c.relname = ANY($1::text[]) AND c.oid >= 16384
"""
_INDEXES = frozenset(("i", "I"))
_WITH_ROWS = frozenset(("r", "p", "m"))


@dataclass(frozen=True, slots=True)
class _Named:
    """A relation that a statement names, and the table of an index."""

    name: str
    kind: str
    is_partition: bool
    table: str
    indexes: tuple[str, ...]

    @property
    def is_index(self) -> bool:
        """Whether it belongs to a table."""
        return self.kind in _INDEXES


async def fixed_facts(monitor: Session, sql: str, rehearsal: Rehearsal) -> Observation:
    """Say what a statement is about to do; it is asked before, while the names still hold."""
    names = rehearsal.relations if rehearsal.form is not Form.BLOCK else _names_in(sql)
    rows = await monitor.rows(_LOOK, [name for _, name in names])
    found = [_named(row) for row in rows if _is_meant(row, names)]
    match rehearsal.form:
        case Form.CREATE_INDEX:
            tables = {one.name for one in found}
            seen = Observation(_all(tables), scanned=frozenset(tables))
        case Form.DROP_INDEX:
            seen = Observation(_all(_with_tables(found)))
        case Form.REINDEX:
            seen = _reindexed(found)
        case Form.VACUUM_FULL:
            seen = _written_anew(found)
        case Form.DETACH:
            seen = Observation({one.name: _of_detaching(one) for one in found})
        case Form.BLOCK:
            tables = (one.name for one in found if one.kind in _WITH_ROWS)
            seen = Observation(dict.fromkeys(tables, LockMode.ROW_EXCLUSIVE))
        case _:
            seen = Observation(_all(_with_tables(found)))
    return replace(seen, evidence=Evidence.FIXED)


def _reindexed(found: Iterable[_Named]) -> Observation:
    indexes = {index for one in found for index in (one.indexes or (one.name,))}
    tables = {one.table if one.is_index else one.name for one in found}
    return Observation(_all(indexes | tables), frozenset(indexes - tables), frozenset(tables))


def _written_anew(found: Iterable[_Named]) -> Observation:
    tables = frozenset(one.name for one in found)
    files = tables.union(*(one.indexes for one in found))
    return Observation(dict.fromkeys(sorted(files), LockMode.ACCESS_EXCLUSIVE), files, tables)


def _of_detaching(one: _Named) -> LockMode:
    """Tell the partition, which ends up alone, from the table that it leaves."""
    is_leaving = one.is_partition or one.kind != "p"
    return LockMode.ACCESS_EXCLUSIVE if is_leaving else LockMode.SHARE_UPDATE_EXCLUSIVE


def _all(names: Iterable[str]) -> Mapping[str, LockMode]:
    return dict.fromkeys(sorted(names), LockMode.SHARE_UPDATE_EXCLUSIVE)


def _with_tables(found: Iterable[_Named]) -> set[str]:
    return {name for one in found for name in (one.name, one.table) if name}


def _named(row: Row) -> _Named:
    return _Named(
        f"{row['nspname']}.{row['relname']}",
        row["kind"],
        row["is_partition"],
        row["table"] or "",
        tuple(row["indexes"]),
    )


def _is_meant(row: Row, names: Iterable[RelationName]) -> bool:
    return any(name == row["relname"] and schema in {"", row["nspname"]} for schema, name in names)


def _names_in(block: str) -> tuple[RelationName, ...]:
    """Return what a block of code may name: all pairs of names that have a dot between them."""
    return tuple((_bare(match[1]), _bare(match[2])) for match in _NAMES.finditer(block))


def _bare(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name.lower()
