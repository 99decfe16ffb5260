"""The CHECKs that spare ATTACH PARTITION its scans."""

import re
from collections.abc import Iterable, Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.free_name import free_name
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.table import Table
from server.engines.migration.lint.safe_forms import listed
from server.engines.migration.lint.script import Script
from server.engines.migration.relation import altered
from server.engines.sql.facts.forms import Bound, Change
from server.engines.sql.quote import identifier

_ONE_COLUMN = re.compile(r'(?:RANGE|LIST) \(([a-z_][a-z0-9_]*|"(?:[^"]|"")+")\)')
_OPEN_ENDS = frozenset(("minvalue", "maxvalue"))


def default_partition(table: Identity, catalog: Catalog) -> Identity | None:
    """Return the partition that takes the rows which fit no other."""
    return next(
        (
            each.identity
            for each in catalog.of(Table)
            if table in each.parents and each.partition_bound == "DEFAULT"
        ),
        None,
    )


def checked_first(
    table: Identity, read: Iterable[Identity], change: Change, attach: str, script: Script
) -> str:
    """Return ATTACH PARTITION without a scan; empty where the key is not one plain column."""
    rest = default_partition(table, script.before)
    condition = _condition(table, change.bound, script.before)
    if not condition:
        return ""
    rules = {each: f"NOT ({condition})" if each == rest else condition for each in read}
    checks = [each for one, rule in rules.items() for each in _validated(one, rule)]
    drops = [f"{altered(one)} DROP CONSTRAINT {_name(one)}" for one in rules]
    return listed(*checks, attach, *drops)


def _validated(table: Identity, rule: str) -> Iterator[str]:
    yield f"{altered(table)} ADD CONSTRAINT {_name(table)} CHECK ({rule}) NOT VALID"
    yield f"{altered(table)} VALIDATE CONSTRAINT {_name(table)}"


def _name(table: Identity) -> str:
    return identifier(free_name((table.name,), "bound", ()))


def _condition(table: Identity, bound: Bound, catalog: Catalog) -> str:
    """Return what the rows of the partition have in common, as PostgreSQL itself puts it."""
    fact = catalog.get(table, Table)
    found = _ONE_COLUMN.fullmatch(fact.partition_key or "") if fact is not None else None
    if found is None:
        return ""
    column = found[1]
    if bound.values:
        is_plain = all(value.upper() != "NULL" for value in bound.values)
        listing = ", ".join(bound.values)
        return f"{column} IS NOT NULL AND {column} IN ({listing})" if is_plain else ""
    sides = [
        f"{column} {operator} {value}"
        for operator, values in ((">=", bound.low), ("<", bound.high))
        for value in values
        if value.lower() not in _OPEN_ENDS
    ]
    return " AND ".join((f"{column} IS NOT NULL", *sides)) if bound.low else ""
