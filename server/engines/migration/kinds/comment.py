"""How comments come, change and go, whatever they are about."""

from collections.abc import Iterable

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.comment import Comment
from server.engines.migration.action import Action, plain
from server.engines.migration.context import Change, Context
from server.engines.migration.kind import Kind
from server.engines.migration.said import reference
from server.engines.sql.quote import literal


def _reference(identity: Identity, catalog: Catalog) -> str:
    return reference(identity.of or identity, catalog)


def _create(comment: Comment, context: Context) -> Iterable[Action]:
    return plain(
        f"COMMENT ON {_reference(comment.identity, context.new)} IS {literal(comment.text)}"
    )


def _drop(comment: Comment, context: Context) -> Iterable[Action]:
    return plain(f"COMMENT ON {_reference(comment.identity, context.old)} IS NULL")


def _alter(change: Change[Comment], context: Context) -> Iterable[Action]:
    return _create(change.new, context)


KIND = Kind(
    fact=Comment,
    rank=500,
    reference=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
)
