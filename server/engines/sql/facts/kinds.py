"""The catalog's words for what the grammar calls an object type."""

from pglast.enums import ObjectType

KINDS = {
    ObjectType.OBJECT_AGGREGATE: "aggregate",
    ObjectType.OBJECT_ATTRIBUTE: "attribute",
    ObjectType.OBJECT_COLUMN: "column",
    ObjectType.OBJECT_DOMAIN: "domain",
    ObjectType.OBJECT_DOMCONSTRAINT: "domain_constraint",
    ObjectType.OBJECT_EVENT_TRIGGER: "event_trigger",
    ObjectType.OBJECT_EXTENSION: "extension",
    ObjectType.OBJECT_FOREIGN_TABLE: "foreign_table",
    ObjectType.OBJECT_FUNCTION: "routine",
    ObjectType.OBJECT_INDEX: "index",
    ObjectType.OBJECT_MATVIEW: "materialized_view",
    ObjectType.OBJECT_POLICY: "policy",
    ObjectType.OBJECT_PROCEDURE: "routine",
    ObjectType.OBJECT_PUBLICATION: "publication",
    ObjectType.OBJECT_ROUTINE: "routine",
    ObjectType.OBJECT_RULE: "rule",
    ObjectType.OBJECT_SCHEMA: "schema",
    ObjectType.OBJECT_SEQUENCE: "sequence",
    ObjectType.OBJECT_SUBSCRIPTION: "subscription",
    ObjectType.OBJECT_TABCONSTRAINT: "constraint",
    ObjectType.OBJECT_TABLE: "table",
    ObjectType.OBJECT_TRIGGER: "trigger",
    ObjectType.OBJECT_TYPE: "type",
    ObjectType.OBJECT_VIEW: "view",
}
"""`type` stands for whatever is created by CREATE TYPE."""


def word(what: ObjectType | None) -> str:
    """Return the word for a kind of object, `object` for those that nobody asks about."""
    return "object" if what is None else KINDS.get(what, "object")
