"""The statements by which PostgreSQL gives an object of each kind another name or schema."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.migration.relation import altered
from server.engines.migration.renames.rename import LABEL
from server.engines.migration.said import reference
from server.engines.sql.quote import identifier, literal, qualified

MULTIRANGE = "multirange"
"""Stands in identities for the type that PostgreSQL makes along with a range."""
_RELATIONS = ("table", "foreign_table", "view", "materialized_view")
_TYPES = frozenset({"base_type", "composite_type", "domain", "enum", "range"})
_TEXT_SEARCH = frozenset(
    {
        "text_search_configuration",
        "text_search_dictionary",
        "text_search_parser",
        "text_search_template",
    }
)
MOVABLE = (
    _TYPES
    | _TEXT_SEARCH
    | frozenset({*_RELATIONS, "sequence", "routine", "aggregate", "collation", "conversion"})
    | frozenset({"operator_class", "operator_family", "statistics"})
)
"""What SET SCHEMA takes to another schema."""
RENAMABLE = (
    MOVABLE
    | frozenset({"schema", "column", "view_column", "constraint", "index", "trigger", "policy"})
    | frozenset({"rule", "attribute", "domain_constraint", LABEL, "publication", "subscription"})
    | frozenset({"event_trigger", "foreign_data_wrapper", "server", "language"})
)
"""What RENAME takes; the rest can only be dropped and created."""

_Form = Callable[[Identity, str, Catalog], str]


def renamed(identity: Identity, name: str, catalog: Catalog) -> str:
    """Return the statement that gives an object another name in its place."""
    form = _FORMS.get(identity.kind)
    if form is not None:
        return form(identity, name, catalog)
    return f"ALTER {_called(identity, catalog)} RENAME TO {identifier(name)}"


def moved(identity: Identity, schema: str, catalog: Catalog) -> str:
    """Return the statement that takes an object to another schema under its name."""
    return f"ALTER {_called(identity, catalog)} SET SCHEMA {identifier(schema)}"


def _called(identity: Identity, catalog: Catalog) -> str:
    match identity.kind:
        case "routine" | "aggregate":
            # Without a mode, types are compared with those of all arguments, OUT ones too.
            types = ", ".join(f"IN {each}" for each in identity.arguments or ())
            return f"ROUTINE {qualified(*identity.names)}({types})"
        case "multirange":
            return f"TYPE {qualified(*identity.names)}"
        case _:
            return reference(identity, catalog)


def _names(identity: Identity, name: str) -> str:
    return f"{identifier(identity.name)} TO {identifier(name)}"


def _of_relation(identity: Identity, catalog: Catalog) -> str:
    relations = (Identity(kind, identity.names[:2]) for kind in _RELATIONS)
    return altered(next(each for each in relations if each in catalog))


def _column(identity: Identity, name: str, catalog: Catalog) -> str:
    return f"{_of_relation(identity, catalog)} RENAME COLUMN {_names(identity, name)}"


def _constraint(identity: Identity, name: str, _catalog: Catalog) -> str:
    # ALTER FOREIGN TABLE has no such form.
    table = qualified(*identity.names[:2])
    return f"ALTER TABLE {table} RENAME CONSTRAINT {_names(identity, name)}"


def _domain_constraint(identity: Identity, name: str, _catalog: Catalog) -> str:
    domain = qualified(*identity.names[:-1])
    return f"ALTER DOMAIN {domain} RENAME CONSTRAINT {_names(identity, name)}"


def _attribute(identity: Identity, name: str, _catalog: Catalog) -> str:
    # Tables of the type have the attribute as a column of their own.
    composite = qualified(*identity.names[:-1])
    return f"ALTER TYPE {composite} RENAME ATTRIBUTE {_names(identity, name)} CASCADE"


def _label(identity: Identity, name: str, _catalog: Catalog) -> str:
    enum = qualified(*identity.names[:-1])
    return f"ALTER TYPE {enum} RENAME VALUE {literal(identity.name)} TO {literal(name)}"


_FORMS: Mapping[str, _Form] = MappingProxyType(
    {
        "column": _column,
        "view_column": _column,
        "constraint": _constraint,
        "domain_constraint": _domain_constraint,
        "attribute": _attribute,
        LABEL: _label,
    }
)
