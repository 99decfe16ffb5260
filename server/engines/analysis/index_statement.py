"""The statements that create, replace and drop indexes: online ones wherever there are any."""

from collections.abc import Sequence

from server.engines.analysis.constraint_statement import DROP_CONSTRAINT
from server.engines.analysis.relation import relation_of
from server.engines.analysis.retype import Remedy
from server.engines.analysis.scope import Scope
from server.engines.analysis.statement import name
from server.engines.catalog.free_name import free_name
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.index import Index, IndexKey
from server.engines.catalog.kinds.table import Table
from server.engines.sql.quote import identifier, identifiers, literal, qualified

ONLINE_BUILD = (
    "CONCURRENTLY takes SHARE UPDATE EXCLUSIVE: reads and writes go on. It runs outside a "
    "transaction; one that fails leaves an invalid index to drop."
)
PARTITIONED_BUILD = (
    "CONCURRENTLY does not exist for partitioned tables: this takes SHARE on every partition, and "
    "writes wait until all are built. On large partitions create it ON ONLY the parent, build it "
    "CONCURRENTLY on each partition, and ATTACH those."
)
ONLINE_DROP = "DROP INDEX CONCURRENTLY lets reads and writes go on; it runs outside a transaction."
PARTITIONED_DROP = (
    "CONCURRENTLY does not exist for partitioned tables: this takes ACCESS EXCLUSIVE on the table "
    "and its partitions for a moment; set lock_timeout."
)


def is_online(relation: Identity | None, scope: Scope) -> bool:
    """Tell whether PostgreSQL can build and drop indexes here while rows are written."""
    table = None if relation is None else scope.catalog.get(relation, Table)
    return table is None or not table.is_partitioned


def build_advice(relation: Identity | None, scope: Scope) -> str:
    """Return what building an index here locks."""
    return ONLINE_BUILD if is_online(relation, scope) else PARTITIONED_BUILD


def drop_advice(relation: Identity | None, scope: Scope) -> str:
    """Return what dropping an index here locks."""
    return ONLINE_DROP if is_online(relation, scope) else PARTITIONED_DROP


def new_name(table: Identity, columns: Sequence[str], scope: Scope) -> str:
    """Return a free name for an index, the one that PostgreSQL would choose if it can be had."""
    taken = scope.names_taken.get(table.names[0], frozenset())
    return free_name((table.name, *columns), "idx", taken)


def create_index(table: Identity, columns: Sequence[str], scope: Scope, unique: str = "") -> str:
    """Return how to create an index over columns; `unique` is the name of a unique one."""
    own = unique or new_name(table, columns, scope)
    return f"{_create(table, scope, own, is_unique=bool(unique))} ({identifiers(columns)});"


def create_like(index: Index, own_name: str, scope: Scope) -> str:
    """Return how to create an index of this shape under another name."""
    relation = relation_of(index)
    parts = (
        _create(relation, scope, own_name, is_unique=index.is_unique),
        f"USING {identifier(index.method)} ({', '.join(map(_key, index.keys))})",
        f"INCLUDE ({identifiers(index.included_columns)})" if index.included_columns else "",
        "NULLS NOT DISTINCT" if index.is_nulls_not_distinct else "",
        f"WITH ({', '.join(map(_option, index.options))})" if index.options else "",
        f"TABLESPACE {identifier(index.tablespace)}" if index.tablespace else "",
        f"WHERE {index.predicate}" if index.predicate else "",
    )
    return " ".join(part for part in parts if part) + ";"


def drop_index(index: Index, scope: Scope) -> str:
    """Return how to drop an index."""
    online = " CONCURRENTLY" if is_online(index.parent, scope) else ""
    return f"DROP INDEX{online} {name(index.identity)};"


def removal(index: Index, scope: Scope) -> Remedy:
    """Return how to drop an index, by way of its constraint if it has one, and what that locks."""
    if index.constraint is None:
        return Remedy(drop_index(index, scope), drop_advice(index.parent, scope))
    drop = f"DROP CONSTRAINT {identifier(index.constraint.name)}"
    return Remedy(f"ALTER TABLE {name(relation_of(index))} {drop};", DROP_CONSTRAINT)


def replace_index(old: Index, new: Index, scope: Scope) -> str:
    """Return how to put an index of the shape `new` in the place and name of `old`."""
    columns = [each for each in new.key_columns if each is not None]
    temporary = new_name(relation_of(old), columns, scope)
    built = qualified(old.identity.names[0], temporary)
    rename = f"ALTER INDEX {built} RENAME TO {identifier(old.identity.name)};"
    return "\n".join((create_like(new, temporary, scope), drop_index(old, scope), rename))


def _create(table: Identity, scope: Scope, own_name: str, *, is_unique: bool) -> str:
    unique = "UNIQUE " if is_unique else ""
    online = "CONCURRENTLY " if is_online(table, scope) else ""
    return f"CREATE {unique}INDEX {online}{identifier(own_name)} ON {name(table)}"


def _key(key: IndexKey) -> str:
    parts = (
        key.expression if key.column is None else identifier(key.column),
        f"COLLATE {key.collation}" if key.collation else "",
        "" if key.is_default_operator_class else key.operator_class,
        "DESC" if key.is_descending else "",
        _nulls(key),
    )
    return " ".join(part for part in parts if part)


def _nulls(key: IndexKey) -> str:
    if key.is_nulls_first == key.is_descending:
        return ""
    return "NULLS FIRST" if key.is_nulls_first else "NULLS LAST"


def _option(option: str) -> str:
    setting, _, value = option.partition("=")
    return f"{identifier(setting)} = {literal(value)}"
