"""B-trees over values with an inside: found by what they contain, not by how they sort."""

from collections.abc import Iterator
from dataclasses import replace

from server.engines.analysis.index_statement import build_advice, replace_index
from server.engines.analysis.population import indexes
from server.engines.analysis.relation import relation_of
from server.engines.analysis.scope import Scope
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.index import Index


def plain_btrees(scope: Scope) -> Iterator[Index]:
    """Yield the B-trees that are access paths and not rules."""
    return (each for each in indexes(scope) if each.method == "btree" and not each.is_unique)


def key_columns(index: Index, scope: Scope) -> Iterator[Column]:
    """Yield the columns among the keys of an index on a table."""
    wanted = set(index.key_columns)
    columns = scope.catalog.columns(relation_of(index))
    return (each for each in columns if each.identity.name in wanted)


def gin_instead(index: Index, operator_class: str, scope: Scope) -> tuple[str, str]:
    """Return the fix that puts a GIN index in the place of a B-tree, and what it locks."""
    advice = build_advice(index.parent, scope)
    key, *others = index.keys
    if others or index.included_columns:
        return "", f"Give the column a GIN index of its own, and leave it out of this one. {advice}"
    bare = replace(
        key,
        operator_class=operator_class,
        is_default_operator_class=not operator_class,
        collation=None,
        is_descending=False,
        is_nulls_first=False,
    )
    return replace_index(
        index, replace(index, method="gin", keys=(bare,), options=()), scope
    ), advice
