"""Types that only move to another schema, together with the extension that they belong to."""

from dataclasses import replace

from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.extension import Extension
from server.engines.migration.context import Change, Context
from server.engines.sql.quote import identifier


def is_moved(user: Identity, old_type: str, new_type: str, context: Context) -> bool:
    """Whether what `user` is declared as is one type of an extension that moves."""
    for dependency in context.old.dependencies_of(user):
        old = context.old.get(dependency.referenced, Extension)
        new = context.new.get(dependency.referenced, Extension)
        if old is None or new is None or old.in_schema == new.in_schema:
            continue
        name = _name_within(old_type, old.in_schema)
        if name is not None and name == _name_within(new_type, new.in_schema):
            return not context.is_dropped(old.identity)
    return False


def unmoved(change: Change[Column], context: Context) -> Change[Column]:
    """Return the change of a column without what the move of an extension does by itself."""
    old, new = change.old, change.new
    if not is_moved(new.identity, old.type, new.type, context):
        return change
    fields = tuple(each for each in change.fields if each.field != "type")
    return Change(replace(old, type=new.type, type_name=new.type_name), new, fields)


def _name_within(type_: str, schema: str) -> str | None:
    """Return what follows the schema in a type as PostgreSQL prints it."""
    for prefix in (f"{schema}.", f"{identifier(schema)}."):
        if type_.startswith(prefix):
            return type_.removeprefix(prefix)
    return None
