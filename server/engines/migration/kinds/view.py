"""How views come, change and go."""

from collections.abc import Iterable

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.view import View
from server.engines.catalog.kinds.view_column import ViewColumn
from server.engines.migration.action import Action, plain
from server.engines.migration.context import Change, Context
from server.engines.migration.kind import Kind
from server.engines.migration.options import changed_parameters, storage_parameters
from server.engines.migration.relation import altered
from server.engines.sql.quote import qualified


def query_of(definition: str) -> str:
    """Return what PostgreSQL prints for a view without its semicolon."""
    return definition.strip().removesuffix(";")


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"VIEW {qualified(*identity.names)}"


def _grant_on(identity: Identity, _catalog: Catalog) -> str:
    return f"TABLE {qualified(*identity.names)}"


def _text(view: View, command: str) -> str:
    options = f" WITH ({storage_parameters(view.options)})" if view.options else ""
    head = f"{command} VIEW {qualified(*view.identity.names)}{options}"
    return f"{head} AS\n {query_of(view.definition)}"


def _create(view: View, _context: Context) -> Iterable[Action]:
    return plain(_text(view, "CREATE"))


def _drop(view: View, _context: Context) -> Iterable[Action]:
    return plain(f"DROP VIEW {qualified(*view.identity.names)}")


def _alter(change: Change[View], context: Context) -> Iterable[Action] | None:
    old, new = change.old, change.new
    if "definition" not in change.names:
        return plain(*changed_parameters(altered(new.identity), old.options, new.options))
    if not _only_appends(old, context):
        return None
    return plain(_text(new, "CREATE OR REPLACE"))


def _only_appends(view: View, context: Context) -> bool:
    """Whether every column stays at its place, as CREATE OR REPLACE VIEW demands."""
    before = _columns(context.old, view.identity)
    after = _columns(context.new, view.identity)
    return before == after[: len(before)]


def _columns(catalog: Catalog, view: Identity) -> list[tuple[str, str, str | None]]:
    columns = sorted(catalog.children(view, ViewColumn), key=lambda column: column.position)
    return [(each.identity.name, each.type, each.collation) for each in columns]


KIND = Kind(
    fact=View,
    rank=150,
    reference=_reference,
    grant_on=_grant_on,
    create=_create,
    drop=_drop,
    alter=_alter,
)
