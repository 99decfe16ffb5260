"""What each table demands of rows: by the schema it is in, and by the one it will become."""

from collections.abc import Iterable, Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column, IdentityMode
from server.engines.catalog.kinds.table import Table
from server.engines.migration.proof.seed.demands import Check, Demands, Reference
from server.engines.migration.proof.seed.hashes import of_hashes
from server.engines.migration.proof.seed.later import Future, Later, checks_of, is_foreign_key

_COUNTING = "nextval("


def demanded(future: Future) -> tuple[Demands, ...]:
    """Return what each table demands that rows go into; partitions get theirs from the root."""
    return tuple(
        _of_table(table, future.source, Later(table, future))
        for table in future.source.of(Table)
        if not table.is_partition
    )


def _of_table(table: Table, source: Catalog, later: Later) -> Demands:
    columns = [one for one in source.columns(table.identity) if one.generated_mode is None]
    required = frozenset(
        one.identity.name for one in columns if one.is_not_null or later.requires(one)
    )
    references = tuple(_references(table.identity, source, later, required))
    chosen = {name for each in references for name in _chosen(each, table.identity)}
    hashes = tuple(of_hashes(table, source))
    chosen |= {name for each in (*later.bounds(), *hashes) for name in each.columns}
    numbered = frozenset(one.identity.name for one in columns if _is_numbered(one, source))
    checks = (*checks_of(source.constraints(table.identity)), *hashes)
    return Demands(
        name=table.identity.names,
        columns=tuple(one.identity.name for one in columns if one.identity.name not in numbered)
        + tuple(sorted(numbered & chosen)),
        numbered=numbered - chosen,
        required=required,
        checks=checks,
        wishes=tuple(one for one in later.checks() if not _is_known(one, checks)),
        later_keys=tuple(later.keys()),
        references=references,
        overrides_identity=any(
            one.identity_mode is IdentityMode.ALWAYS and one.identity.name in chosen
            for one in columns
        ),
    )


def _chosen(reference: Reference, table: Identity) -> tuple[str, ...]:
    """Return the columns whose values must be ours, so that the reference can be met."""
    is_to_itself = reference.is_required and reference.table == table.names
    return (*reference.columns, *reference.keys) if is_to_itself else reference.columns


def _is_numbered(column: Column, source: Catalog) -> bool:
    default = source.default(column.identity)
    return column.identity_mode is not None or (
        default is not None and default.expression.startswith(_COUNTING)
    )


def _is_known(check: Check, checks: Iterable[Check]) -> bool:
    return any(check.expression == one.expression for one in checks)


def _references(
    table: Identity, source: Catalog, later: Later, required: frozenset[str]
) -> Iterator[Reference]:
    seen = set[tuple[str, ...]]()
    for one in source.constraints(table):
        if is_foreign_key(one) and one.references and one.columns not in seen:
            seen.add(one.columns)
            is_required = required.issuperset(one.columns)
            yield Reference(one.columns, one.references.names, one.referenced_columns, is_required)
    for each in later.references(required):
        if each.columns not in seen:
            seen.add(each.columns)
            yield each
