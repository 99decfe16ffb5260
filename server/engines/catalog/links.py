"""How the numbers of pg_catalog hang together: parts, members and dependencies, each as a set."""

from collections.abc import Mapping, Sequence
from itertools import repeat

from server.engines.catalog.sighting import Address
from server.engines.postgres.session import Session

# Each branch gives the numbers of parts, and of the wholes at the same places.
_ALIASES = """
SELECT 'pg_type' AS catalog, array_agg(t.oid) AS oids, 'pg_class' AS whole_catalog,
  array_agg(t.typrelid) AS wholes, array_agg(0) AS parts
FROM pg_type t JOIN pg_class c ON c.oid = t.typrelid
WHERE c.relkind <> 'c' AND t.oid >= 16384
UNION ALL
SELECT 'pg_class', array_agg(c.oid), 'pg_type', array_agg(c.reltype), array_agg(0)
FROM pg_class c WHERE c.relkind = 'c' AND c.oid >= 16384
UNION ALL
SELECT 'pg_type', array_agg(t.typarray), 'pg_type', array_agg(t.oid), array_agg(0)
FROM pg_type t WHERE t.typarray <> 0 AND t.oid >= 16384
UNION ALL
SELECT 'pg_type', array_agg(r.rngmultitypid), 'pg_type', array_agg(r.rngtypid), array_agg(0)
FROM pg_range r WHERE r.rngtypid >= 16384
UNION ALL
SELECT 'pg_rewrite', array_agg(r.oid), 'pg_class', array_agg(r.ev_class), array_agg(0)
FROM pg_rewrite r WHERE r.rulename = '_RETURN' AND r.oid >= 16384
UNION ALL
SELECT 'pg_attrdef', array_agg(d.oid), 'pg_class', array_agg(d.adrelid), array_agg(d.adnum)
FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
WHERE a.attgenerated <> ''
UNION ALL
SELECT 'pg_trigger', array_agg(t.oid), 'pg_constraint', array_agg(t.tgconstraint), array_agg(0)
FROM pg_trigger t WHERE t.tgisinternal AND t.tgconstraint <> 0
UNION ALL
SELECT 'pg_constraint', array_agg(t.tgconstraint), 'pg_trigger', array_agg(t.oid), array_agg(0)
FROM pg_trigger t WHERE NOT t.tgisinternal AND t.tgconstraint <> 0
UNION ALL
SELECT 'pg_constraint', array_agg(con.oid), 'pg_constraint', array_agg(parent.oid), array_agg(0)
FROM pg_constraint con
JOIN pg_constraint parent ON parent.oid = con.conparentid AND parent.conrelid = con.conrelid
UNION ALL
SELECT 'pg_proc', array_agg(d.objid), 'pg_type', array_agg(d.refobjid), array_agg(0)
FROM pg_depend d
WHERE d.classid = 'pg_proc'::regclass AND d.refclassid = 'pg_type'::regclass
  AND d.deptype = 'i' AND d.objid >= 16384
UNION ALL
SELECT 'pg_cast', array_agg(d.objid), 'pg_type', array_agg(d.refobjid), array_agg(0)
FROM pg_depend d
WHERE d.classid = 'pg_cast'::regclass AND d.refclassid = 'pg_type'::regclass
  AND d.deptype = 'i' AND d.objid >= 16384
UNION ALL
SELECT 'pg_amop', array_agg(d.objid), 'pg_opclass', array_agg(d.refobjid), array_agg(0)
FROM pg_depend d
WHERE d.classid = 'pg_amop'::regclass AND d.refclassid = 'pg_opclass'::regclass
  AND d.objid >= 16384
UNION ALL
SELECT 'pg_amop', array_agg(d.objid), 'pg_opfamily', array_agg(d.refobjid), array_agg(0)
FROM pg_depend d
JOIN pg_amop m ON m.oid = d.objid AND m.amopfamily = d.refobjid
WHERE d.classid = 'pg_amop'::regclass AND d.refclassid = 'pg_opfamily'::regclass
  AND d.objid >= 16384
UNION ALL
SELECT 'pg_amproc', array_agg(d.objid), 'pg_opclass', array_agg(d.refobjid), array_agg(0)
FROM pg_depend d
WHERE d.classid = 'pg_amproc'::regclass AND d.refclassid = 'pg_opclass'::regclass
  AND d.objid >= 16384
UNION ALL
SELECT 'pg_amproc', array_agg(d.objid), 'pg_opfamily', array_agg(d.refobjid), array_agg(0)
FROM pg_depend d
WHERE d.classid = 'pg_amproc'::regclass AND d.refclassid = 'pg_opfamily'::regclass
  AND d.objid >= 16384
"""
_MEMBERS = """
SELECT d.classid, d.objid, d.refobjid
FROM pg_depend d
WHERE d.deptype = 'e' AND d.refclassid = 'pg_extension'::regclass
"""
# What a foreign key has for each partition of the table that it points at is left out: to detach
# the partition ends it, so nothing has to be dropped before.
_LINKS = """
SELECT classid, array_agg(objid) AS objects, array_agg(objsubid) AS parts, refclassid,
  array_agg(refobjid) AS referenced, array_agg(refobjsubid) AS referenced_parts,
  deptype::text AS code
FROM pg_depend
WHERE objid >= 16384 AND refobjid >= 16384 AND deptype <> 'e'
  AND NOT (classid = 'pg_constraint'::regclass AND objid IN (
    SELECT con.oid FROM pg_constraint con
    JOIN pg_constraint parent ON parent.oid = con.conparentid AND parent.conrelid = con.conrelid
  ))
GROUP BY classid, refclassid, deptype
UNION ALL
SELECT classid, array_agg(objid), array_agg(objsubid), refclassid, array_agg(refobjid),
  array_agg(0), 'r'
FROM pg_shdepend
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND refclassid = 'pg_authid'::regclass
GROUP BY classid, refclassid
"""


async def read_aliases(session: Session) -> Mapping[Address, Address]:
    """Return what has a number of its own and is a part of something."""
    aliases: dict[Address, Address] = {}
    for row in await session.rows(_ALIASES):
        wholes = _addresses(row["whole_catalog"], row["wholes"], row["parts"])
        aliases.update(zip(_addresses(row["catalog"], row["oids"]), wholes, strict=True))
    return aliases


async def read_members(session: Session, catalogs: Mapping[int, str]) -> Mapping[Address, int]:
    """Return the members of extensions with the number of the extension."""
    rows = await session.rows(_MEMBERS)
    return {(catalogs[row["classid"]], row["objid"], 0): row["refobjid"] for row in rows}


async def read_links(
    session: Session, catalogs: Mapping[int, str]
) -> Sequence[tuple[Address, Address, str]]:
    """Return dependencies: dependent, referenced and the letter of their relation."""
    found: list[tuple[Address, Address, str]] = []
    for row in await session.rows(_LINKS):
        dependents = _addresses(catalogs[row["classid"]], row["objects"], row["parts"])
        referenced = _addresses(
            catalogs[row["refclassid"]], row["referenced"], row["referenced_parts"]
        )
        found.extend(zip(dependents, referenced, repeat(row["code"])))
    return found


def _addresses(
    catalog: str, oids: Sequence[int] | None, parts: Sequence[int] | None = None
) -> list[Address]:
    return list(zip(repeat(catalog), oids or (), parts or repeat(0)))
