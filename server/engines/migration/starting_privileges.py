"""Who may do what with an object that was just created: what PostgreSQL grants by itself."""

from collections.abc import Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.default_privilege import DefaultPrivilege
from server.engines.catalog.kinds.privilege import Privilege

_MAINTAIN_SINCE = 17
_TABLE = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
_RELATIONS = frozenset({"table", "view", "materialized_view", "foreign_table"})
_ROUTINES = frozenset({"routine", "aggregate"})
_TYPES = frozenset({"enum", "domain", "composite_type", "range", "base_type"})
# What the owner gets, and what everyone does, by the word of ALTER DEFAULT PRIVILEGES.
_OWNERS = {
    "sequences": ("SELECT", "UPDATE", "USAGE"),
    "functions": ("EXECUTE",),
    "types": ("USAGE",),
    "schemas": ("USAGE", "CREATE"),
    "languages": ("USAGE",),
    "wrappers": ("USAGE",),
    "servers": ("USAGE",),
}
_EVERYONES = {"functions": ("EXECUTE",), "types": ("USAGE",), "languages": ("USAGE",)}


def starting_privileges(identity: Identity, old: Catalog, new: Catalog) -> Iterator[Privilege]:
    """Yield what is granted on an object of the new schema as soon as it is created.

    Default privileges are those of the old schema: a plan changes them last.
    """
    objects = _objects(identity)
    owner = new.owner(identity)
    if not objects or owner is None:
        return
    held = {
        "": set(_TABLE if objects == "tables" else _OWNERS[objects]),
        "public": set(_EVERYONES.get(objects, ())),
    }
    if objects == "tables" and new.major >= _MAINTAIN_SINCE:
        held[""].add("MAINTAIN")
    grantable: dict[str, set[str]] = {}
    for default in old.of(DefaultPrivilege):
        if default.creator == owner and _applies(default, objects, identity):
            grantee = "" if default.grantee == owner else default.grantee
            held[grantee] = (held.get(grantee, set()) | default.granted) - default.revoked
            grantable.setdefault(grantee, set()).update(default.grantable)
    for grantee, privileges in held.items():
        if privileges:
            yield Privilege(
                identity=Identity(Privilege.kind, (grantee,) if grantee else (), of=identity),
                parent=identity,
                grantee=grantee or owner,
                grantor=owner,
                privileges=frozenset(privileges),
                grantable=frozenset(grantable.get(grantee, ())),
            )


def _applies(default: DefaultPrivilege, objects: str, identity: Identity) -> bool:
    return default.object_type == objects and default.in_schema in {None, identity.schema}


def _objects(identity: Identity) -> str:
    kind = identity.kind
    if kind in _RELATIONS:
        return "tables"
    if kind in _ROUTINES:
        return "functions"
    if kind in _TYPES:
        return "types"
    others = {"sequence": "sequences", "schema": "schemas", "language": "languages"}
    foreign = {"foreign_data_wrapper": "wrappers", "server": "servers"}
    return (others | foreign).get(kind, "")
