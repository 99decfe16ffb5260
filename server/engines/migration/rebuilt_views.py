"""Materialized views that change: filled and indexed under another name, then exchanged at once."""

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.diff import changes
from server.engines.catalog.free_name import free_name
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.materialized_view import MaterializedView
from server.engines.migration.context import Context
from server.engines.migration.namespaces import RelationNames


def is_built_beside(view: Identity | None, context: Context) -> bool:
    """Whether a materialized view gives way to another one that reads what stays as it is."""
    old, new = (_view(view, each) for each in (context.old, context.new))
    if old is None or new is None or not context.is_online or not context.is_dropped(old.identity):
        return False
    return bool(changes(old, new)) and all(
        _stays(each.referenced, context)
        for each in context.new.dependencies_of(new.identity)
        if each.referenced in context.old
    )


def _view(identity: Identity | None, catalog: Catalog) -> MaterializedView | None:
    return None if identity is None else catalog.get(identity, MaterializedView)


def _stays(identity: Identity, context: Context) -> bool:
    is_same = context.old.facts[identity] == context.new.facts.get(identity)
    whole = context.old.facts[identity].parent
    return is_same and not context.is_dropped(identity) and not context.is_dropped(whole)


def beside(view: Identity, context: Context) -> Identity:
    """Return what the view is called while the old one has its name."""
    schema, name = view.names
    taken = RelationNames(schema, (context.old, context.new))
    return Identity(view.kind, (schema, free_name((name,), "new", taken)))
