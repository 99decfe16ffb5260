"""Indexes over columns that are there twice: built beside the old ones, then in their places."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import starmap

from server.engines.catalog.diff import changes
from server.engines.catalog.free_name import free_name
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.constraint import Constraint
from server.engines.catalog.kinds.index import Index, IndexKey
from server.engines.migration import index_settings
from server.engines.migration.action import Action, Mode, plain
from server.engines.migration.context import Context
from server.engines.migration.doubled import NEW, Expansion
from server.engines.migration.hazard import Hazard, HazardKind
from server.engines.migration.index_text import concurrently
from server.engines.migration.keys import deferral
from server.engines.migration.options import storage_parameters
from server.engines.migration.relation import altered
from server.engines.sql.other_names import can_be_read
from server.engines.sql.other_names import is_same_but_for_casts as casts_alone_differ
from server.engines.sql.quote import identifier, identifiers, literal, qualified


def can_follow(index: Index, context: Context) -> bool:
    """Whether the same index can be built over other columns while this one serves."""
    after = context.new.get(index.identity, Index)
    key = _key_of(index, context)
    # USING INDEX makes a primary key of an index that is no key yet; a deferrable one has to be.
    is_possible = key is None or not (index.is_primary and key.is_deferrable)
    return (
        after is not None
        and index.is_valid
        and is_possible
        and all(map(can_be_read, _texts(index)))
        and _is_same_but_for_casts(index, after)
    )


def _texts(index: Index) -> Iterator[str]:
    yield from (key.expression for key in index.keys if key.expression is not None)
    if index.predicate is not None:
        yield index.predicate


def _key_of(index: Index, context: Context) -> Constraint | None:
    return None if index.constraint is None else context.old.get(index.constraint, Constraint)


def indexes_beside(found: Expansion) -> Iterator[Action]:
    """Yield what builds the new indexes while programs write."""
    for index in _indexes(found):
        name, key = _beside(index, found), _key_of(index, found.context)
        hazards = (*_risks(index, found), *(_refused_early(key) if key is not None else ()))
        yield Action(concurrently(_statement(index, name, found)), Mode.OUTSIDE, hazards)
        if key is not None and key.is_deferrable:
            yield Action(_declaration(index, key, name, name), Mode.FRESH)
        names = (index.identity.names[0], name)
        beside = replace(index, identity=replace(index.identity, names=names))
        yield from plain(*index_settings.statistics(beside))


def _indexes(found: Expansion) -> Iterator[Index]:
    """Yield the indexes as they will be."""
    for fact in found.held():
        index = found.context.new.get(fact.identity, Index)
        if index is not None:
            yield index


def _risks(index: Index, found: Expansion) -> Iterator[Hazard]:
    """Yield that values which differ may not differ any more."""
    if index.is_unique and any(each.hazards for each in found.columns):
        message = f"two rows with equal keys stop the build of {index.identity.qualified_name}"
        yield Hazard(HazardKind.MAY_FAIL, index.identity, message)


def _refused_early(key: Constraint) -> Iterator[Hazard]:
    """Yield what cannot be put off while an index is built that is no constraint's yet."""
    if key.is_deferrable:
        message = (
            f"until the next statement has run, rows that break {key.identity.qualified_name} "
            "only for a while are refused at once, as if it were not deferrable"
        )
        yield Hazard(HazardKind.BREAKS_CLIENTS, key.identity, message)


def _beside(index: Index, found: Expansion) -> str:
    """Return what an index is called while it stands beside the one that it replaces."""
    return free_name((index.identity.name,), NEW, found.context.names)


def indexes_in_place(found: Expansion) -> Iterator[Action]:
    """Yield what gives the new indexes the names, the constraints and the marks of the old ones."""
    for index in _indexes(found):
        yield from _in_place(index, found)


def _in_place(index: Index, found: Expansion) -> Iterator[Action]:
    schema, name = index.identity.names
    beside, key = _beside(index, found), _key_of(index, found.context)
    if key is None:
        yield Action(f"ALTER INDEX {qualified(schema, beside)} RENAME TO {identifier(name)}")
    elif key.is_deferrable:
        head = altered(relation_of(index))
        yield Action(f"{head} RENAME CONSTRAINT {identifier(beside)} TO {identifier(name)}")
    else:
        yield Action(_declaration(index, key, name, beside))
    yield from plain(*index_settings.marks(index))
    for part in (index.identity, index.constraint):
        comment = None if part is None else found.context.new.comment(part)
        if comment is not None and part is not None:
            on = f"{part.kind.upper()} {_called(part)}"
            yield Action(f"COMMENT ON {on} IS {literal(comment)}")


def _declaration(index: Index, key: Constraint, name: str, beside: str) -> str:
    word = "PRIMARY KEY" if index.is_primary else "UNIQUE"
    return (
        f"{altered(relation_of(index))} ADD CONSTRAINT {identifier(name)} {word} "
        f"USING INDEX {identifier(beside)}{deferral(key)}"
    )


def _called(part: Identity) -> str:
    if part.kind == Constraint.kind:
        return f"{identifier(part.name)} ON {qualified(*part.names[:2])}"
    return qualified(*part.names)


def _is_same_but_for_casts(old: Index, new: Index) -> bool:
    """Whether two indexes differ by no more than what new types of their columns bring about.

    Its texts may cast otherwise, and a class of operators may be that of another type.
    """
    if len(old.keys) != len(new.keys) or not _says_the_same(old.predicate, new.predicate):
        return False
    pairs = zip(old.keys, new.keys, strict=True)
    rest = replace(old, keys=new.keys, predicate=new.predicate)
    return all(starmap(_is_same_key, pairs)) and not changes(rest, new)


def _is_same_key(old: IndexKey, new: IndexKey) -> bool:
    rest = replace(old, expression=new.expression, operator_class=new.operator_class)
    return rest == new and _says_the_same(old.expression, new.expression)


def _says_the_same(old: str | None, new: str | None) -> bool:
    if old is None or new is None:
        return old == new
    return casts_alone_differ(old, new)


def _statement(index: Index, name: str, expansion: Expansion) -> str:
    """Return the statement that builds an index of a table over columns beside its own."""
    table = relation_of(index)
    unique = "UNIQUE " if index.is_unique else ""
    names = expansion.names(table)
    keys = ", ".join(_key(key, table, expansion) for key in index.keys)
    words = [
        f"CREATE {unique}INDEX {identifier(name)} ON {qualified(*table.names)}",
        f"USING {identifier(index.method)} ({keys})",
    ]
    if index.included_columns:
        words.append(f"INCLUDE ({identifiers(names.get(e, e) for e in index.included_columns)})")
    if index.is_nulls_not_distinct:
        words.append("NULLS NOT DISTINCT")
    if index.options:
        words.append(f"WITH ({storage_parameters(index.options)})")
    if index.tablespace is not None:
        words.append(f"TABLESPACE {identifier(index.tablespace)}")
    if index.predicate is not None:
        words.append(f"WHERE {expansion.text(index.predicate, table)}")
    return " ".join(words)


def _key(key: IndexKey, table: Identity, expansion: Expansion) -> str:
    names = expansion.names(table)
    if key.column is None:
        words = [expansion.text(key.expression or "", table)]
    else:
        words = [identifier(names.get(key.column, key.column))]
    if key.collation is not None:
        words.append(f"COLLATE {key.collation}")
    if not key.is_default_operator_class:
        words.append(key.operator_class)
    if key.is_descending:
        words.append("DESC")
    if key.is_descending != key.is_nulls_first:
        words.append("NULLS FIRST" if key.is_nulls_first else "NULLS LAST")
    return " ".join(words)


def relation_of(index: Index) -> Identity:
    """Return the table or materialized view that an index belongs to."""
    if index.parent is None:
        raise ValueError(f"{index.identity} belongs to no relation")
    return index.parent
