"""How materialized views come, change and go."""

from collections.abc import Iterable, Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.materialized_view import MaterializedView
from server.engines.migration.action import Action, Mode, plain
from server.engines.migration.context import Change, Context
from server.engines.migration.kind import Kind
from server.engines.migration.kinds.view import query_of
from server.engines.migration.options import changed_parameters, storage_parameters
from server.engines.migration.rebuilt_views import beside, is_built_beside
from server.engines.migration.relation import altered
from server.engines.sql.quote import identifier, qualified

_IN_PLACE = ("options", "toast_options", "access_method", "tablespace")


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"MATERIALIZED VIEW {qualified(*identity.names)}"


def _grant_on(identity: Identity, _catalog: Catalog) -> str:
    return f"TABLE {qualified(*identity.names)}"


def _create(view: MaterializedView, context: Context) -> Iterable[Action]:
    if is_built_beside(view.identity, context):
        ready = _reference(beside(view.identity, context), context.new)
        return plain(f"ALTER {ready} RENAME TO {identifier(view.identity.name)}")
    return plain(_statement(view, view.identity, context))


def _build(view: MaterializedView, context: Context) -> Iterable[Action]:
    if is_built_beside(view.identity, context):
        name = beside(view.identity, context)
        yield Action(_statement(view, name, context), Mode.ALONE)


def _succeeds(view: MaterializedView, context: Context) -> Iterable[Identity]:
    return (view.identity,) if is_built_beside(view.identity, context) else ()


def _statement(view: MaterializedView, name: Identity, context: Context) -> str:
    head = " ".join([f"CREATE {_reference(name, context.new)}", *_tail(view)])
    populated = "" if view.is_populated else "\n WITH NO DATA"
    return f"{head} AS\n {query_of(view.definition)}{populated}"


def _tail(view: MaterializedView) -> Iterator[str]:
    if view.access_method not in {None, "heap"}:
        yield f"USING {identifier(view.access_method or '')}"
    own, toast = view.options, view.toast_options
    options = [storage_parameters(own), storage_parameters(toast, prefix="toast.")]
    if any(options):
        yield f"WITH ({', '.join(filter(None, options))})"
    if view.tablespace is not None:
        yield f"TABLESPACE {identifier(view.tablespace)}"


def _drop(view: MaterializedView, context: Context) -> Iterable[Action]:
    return plain(f"DROP {_reference(view.identity, context.old)}")


def _alter(change: Change[MaterializedView], _context: Context) -> Iterable[Action] | None:
    return plain(*_changed(change)) if change.only(*_IN_PLACE) else None


def _changed(change: Change[MaterializedView]) -> Iterator[str]:
    old, new = change.old, change.new
    head = altered(new.identity)
    yield from changed_parameters(head, old.options, new.options)
    yield from changed_parameters(head, old.toast_options, new.toast_options, prefix="toast.")
    if "access_method" in change.names and new.access_method is not None:
        yield f"{head} SET ACCESS METHOD {identifier(new.access_method)}"
    if "tablespace" in change.names:
        yield f"{head} SET TABLESPACE {identifier(new.tablespace or 'pg_default')}"


KIND = Kind(
    fact=MaterializedView,
    rank=160,
    reference=_reference,
    grant_on=_grant_on,
    create=_create,
    drop=_drop,
    alter=_alter,
    build=_build,
    succeeds=_succeeds,
)
