"""A table has no primary key.

## Why it matters
Nothing keeps a row from being there twice, and then nothing tells the two apart. Logical
replication refuses UPDATE and DELETE on such a table, foreign keys have nothing to point at, and
tools that copy or repair data need one. Left alone: partitions, unlogged tables, and those whose
name says that they are staging or backups.

## Flagged
```sql
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE tags (id bigint PRIMARY KEY);
CREATE TABLE customer_tags (
  customer_id bigint NOT NULL REFERENCES customers, tag_id bigint NOT NULL REFERENCES tags
);
```

## Accepted
```sql
CREATE TABLE customer_tags (
  customer_id bigint NOT NULL, tag_id bigint NOT NULL, PRIMARY KEY (customer_id, tag_id)
);
CREATE TABLE orders_staging (line text);
CREATE UNLOGGED TABLE cache_entries (key text, value text);
```
"""

from collections.abc import Iterator, Sequence

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Severity
from server.engines.analysis.generated import is_counted
from server.engines.analysis.index_statement import create_index
from server.engines.analysis.population import tables
from server.engines.analysis.scope import Scope
from server.engines.analysis.staging import is_passing
from server.engines.analysis.statement import name
from server.engines.analysis.wording import columns_named, named
from server.engines.catalog.free_name import free_name
from server.engines.catalog.kinds.constraint import ConstraintType
from server.engines.catalog.kinds.index import Index
from server.engines.catalog.kinds.table import Table
from server.engines.sql.quote import identifier

_UNKNOWN = "Once the table is published for logical replication, UPDATE and DELETE fail."
_MESSAGE = f"has no primary key: a row can be there twice. {_UNKNOWN}"
_PROMOTION = "Takes ACCESS EXCLUSIVE for a moment, without a scan; set lock_timeout."
_BUILD = (
    "The index is built CONCURRENTLY, outside a transaction, while reads and writes go on; it "
    "fails if rows repeat the key. ADD PRIMARY KEY then takes ACCESS EXCLUSIVE for a moment; set "
    "lock_timeout."
)
_AGAIN = (
    "Create that constraint again as PRIMARY KEY, and the foreign keys that point at it with it."
)
_NO_CANDIDATE = (
    "Which columns tell its rows apart only its authors know. If none do: ADD COLUMN id bigint "
    "GENERATED ALWAYS AS IDENTITY PRIMARY KEY, which rewrites the table under ACCESS EXCLUSIVE "
    "while reads and writes wait."
)


def _population(scope: Scope) -> Iterator[Table]:
    return (table for table in tables(scope) if not is_passing(table))


def _judge(table: Table, scope: Scope) -> Iterator[Fault]:
    constraints = scope.catalog.constraints(table.identity)
    if any(each.type is ConstraintType.PRIMARY_KEY for each in constraints):
        return
    unique = _unique_index(table, scope)
    columns = _candidate(table, scope)
    if unique is not None:
        yield _promoted(table, unique, scope)
    elif columns:
        message = f"{_MESSAGE} {columns_named(columns)} looks like what tells its rows apart."
        fix = _build(table, columns, scope)
        yield Fault(table.identity, message, fix=fix, advice=_BUILD)
    else:
        yield Fault(table.identity, _MESSAGE, advice=_NO_CANDIDATE)


def _promoted(table: Table, unique: Index, scope: Scope) -> Fault:
    """Make a key of what is one in all but name."""
    message = f"has no primary key: {named(unique.identity)} is one in all but name. {_UNKNOWN}"
    own = identifier(unique.identity.name)
    if table.is_partitioned or unique.identity in scope.indexes_pointed_at:
        fix, advice = "", _AGAIN
    elif unique.constraint is None:
        key = f"ADD CONSTRAINT {own} PRIMARY KEY USING INDEX {own}"
        fix, advice = f"ALTER TABLE {name(table.identity)} {key};", _PROMOTION
    else:
        columns = [each for each in unique.key_columns if each is not None]
        drop = f"DROP CONSTRAINT {identifier(unique.constraint.name)}, "
        fix, advice = _build(table, columns, scope, drop), _BUILD
    return Fault(table.identity, message, fix=fix, advice=advice, severity=Severity.INFO)


def _build(table: Table, columns: Sequence[str], scope: Scope, drop: str = "") -> str:
    own = free_name((table.identity.name,), "pkey", scope.names_taken[table.identity.names[0]])
    build = create_index(table.identity, columns, scope, unique=own)
    key = f"CONSTRAINT {identifier(own)} PRIMARY KEY USING INDEX {identifier(own)}"
    return f"{build}\nALTER TABLE {name(table.identity)} {drop}ADD {key};"


def _unique_index(table: Table, scope: Scope) -> Index | None:
    """Find an index that PostgreSQL would take for a primary key."""
    columns = scope.catalog.columns(table.identity)
    required = {each.identity.name for each in columns if each.is_not_null}
    found = (
        each
        for each in scope.catalog.indexes(table.identity)
        if _is_whole(each) and required.issuperset(each.key_columns)
    )
    return next(found, None)


def _is_whole(index: Index) -> bool:
    """Tell whether the index refuses every repeated key, at once, in the default order."""
    is_strict = index.is_unique and index.is_immediate and index.is_valid
    return (
        is_strict
        and index.method == "btree"
        and not index.is_nulls_not_distinct
        and index.predicate is None
        and all(
            key.is_default_operator_class
            and key.collation is None
            and not (key.is_descending or key.is_nulls_first)
            for key in index.keys
        )
    )


def _candidate(table: Table, scope: Scope) -> list[str]:
    """Return a column that counts up, or the columns of a table that only links two others."""
    if table.is_partitioned:
        return []
    columns = scope.catalog.columns(table.identity)
    counted = [each.identity.name for each in columns if is_counted(each, scope)]
    if len(counted) == 1:
        return counted
    keys = (
        each.columns
        for each in scope.catalog.constraints(table.identity)
        if each.type is ConstraintType.FOREIGN_KEY
    )
    linking = list(dict.fromkeys(name for columns in keys for name in columns))
    others = [each for each in columns if each.identity.name not in linking]
    required = {each.identity.name for each in columns if each.is_not_null}
    is_link = len(linking) > 1 and all(each.type_name.startswith("timestamp") for each in others)
    return linking if is_link and required.issuperset(linking) else []


CHECK = Definition(
    group=Group.KEYS,
    severity=Severity.WARNING,
    examines="tables",
    population=_population,
    judge=_judge,
)
