"""What a schema holds and no kind reads: found by counting everything that has a number."""

from collections.abc import Iterable, Mapping, Sequence

from anyio.to_thread import run_sync

from server.engines.catalog.addresses import Addresses
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.unmodeled import Unmodeled
from server.engines.catalog.reader import Row
from server.engines.catalog.sighting import Address
from server.engines.postgres.session import Session

# Composed by the server from its own tables, so that one that a later version brings is counted.
# Labels of enums are left out: they are always read with their type. So is what is temporary.
_COUNT_ALL = """
WITH holders AS (
  SELECT c.oid, c.relname,
    (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid AND a.atttypid = 'oid'::regtype
      AND a.attname ~ 'namespace$' LIMIT 1) AS namespace_column,
    (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid
      AND a.attname IN ('adrelid', 'tgrelid', 'ev_class', 'polrelid', 'prrelid') LIMIT 1)
      AS relation_column
  FROM pg_class c
  WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'r' AND NOT c.relisshared
    AND c.relname NOT IN ('pg_enum', 'pg_largeobject_metadata')
    AND has_table_privilege(c.oid, 'SELECT')
    AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'oid')
)
SELECT string_agg(format(
  'SELECT %L AS catalog, array_agg(o.oid) AS oids FROM pg_catalog.%I o WHERE o.oid >= 16384',
  relname, relname)
  || CASE relname WHEN 'pg_namespace' THEN ' AND NOT o.oid = ANY ($1)' ELSE '' END
  || coalesce(' AND NOT o.' || quote_ident(namespace_column) || ' = ANY ($1)', '')
  || coalesce(' AND NOT EXISTS (SELECT FROM pg_class r WHERE r.relnamespace = ANY ($1)'
    || ' AND r.oid = o.' || quote_ident(relation_column) || ')', ''), ' UNION ALL ')
FROM holders
"""
_PASSING_SCHEMAS = "SELECT oid FROM pg_namespace WHERE nspname ~ '^pg_(toast|temp)'"
_NAMES = """
SELECT i.type, coalesce(i.identity, u.oid::text) AS name, i.type || ' ' || coalesce(i.identity, '')
  AS description
FROM unnest($1::oid[], $2::oid[]) u(catalog, oid)
CROSS JOIN LATERAL pg_identify_object(u.catalog, u.oid, 0) i
"""
# Large objects are data; that there are any is worth knowing.
_LARGE_OBJECTS = """
SELECT 'large objects' AS type, '' AS name, 'large objects' AS description
WHERE EXISTS (SELECT FROM pg_largeobject_metadata)
"""
# What PostgreSQL, extensions and range types come with has no facts, but somebody may have changed
# who may use it; pg_dump finds that by the same comparison, and looks away from the same schema.
_CHANGED_PRIVILEGES = """
WITH held AS (
  SELECT 'pg_class'::regclass AS catalog, oid, 0 AS part, relowner AS owner, relacl AS acl,
    acldefault(CASE relkind WHEN 'S' THEN 's'::"char" ELSE 'r' END, relowner) AS usual FROM pg_class
  UNION ALL SELECT 'pg_class'::regclass, a.attrelid, a.attnum, c.relowner, a.attacl, NULL
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE NOT a.attisdropped
  UNION ALL SELECT 'pg_proc'::regclass, oid, 0, proowner, proacl, acldefault('f', proowner)
    FROM pg_proc
  UNION ALL SELECT 'pg_type'::regclass, oid, 0, typowner, typacl, acldefault('T', typowner)
    FROM pg_type
  UNION ALL SELECT 'pg_namespace'::regclass, oid, 0, nspowner, nspacl, acldefault('n', nspowner)
    FROM pg_namespace WHERE nspname <> 'public'
  UNION ALL SELECT 'pg_language'::regclass, oid, 0, lanowner, lanacl, acldefault('l', lanowner)
    FROM pg_language
), changed AS (
  SELECT h.catalog, h.oid, h.part, h.owner, entries.now
  FROM held h
  LEFT JOIN pg_init_privs i ON i.classoid = h.catalog AND i.objoid = h.oid AND i.objsubid = h.part
  CROSS JOIN LATERAL (SELECT coalesce(h.acl, h.usual, '{}') AS now,
    coalesce(i.initprivs, h.usual, '{}') AS at_first) entries
  WHERE (h.acl IS NOT NULL OR i.initprivs IS NOT NULL)
    AND NOT (entries.now @> entries.at_first AND entries.now <@ entries.at_first)
    AND (h.oid < 16384 OR EXISTS (SELECT FROM pg_depend d
      WHERE d.classid = h.catalog AND d.objid = h.oid AND (d.deptype = 'e'
        OR d.deptype = 'i' AND d.classid = 'pg_proc'::regclass)))
)
SELECT 'privileges' AS type, i.type || ' ' || i.identity AS name,
  'privileges of ' || i.type || ' ' || i.identity || ': '
    || coalesce((SELECT string_agg(words, ', ' ORDER BY words) FROM (
        SELECT CASE e.grantee WHEN 0 THEN 'public' WHEN c.owner THEN 'its owner'
          ELSE quote_ident(pg_get_userbyid(e.grantee)) END || ' ' || e.privilege_type
          || CASE WHEN e.is_grantable THEN ' with grant option' ELSE '' END
          || CASE WHEN e.grantor <> c.owner
            THEN ' from ' || quote_ident(pg_get_userbyid(e.grantor)) ELSE '' END AS words
        FROM aclexplode(c.now) e) entries), 'none') AS description
FROM changed c
CROSS JOIN LATERAL pg_identify_object(c.catalog, c.oid, c.part) i
WHERE 'information_schema' NOT IN (coalesce(i.schema, ''), i.identity)
"""


async def read_numbers(session: Session) -> Mapping[str, Sequence[int]]:
    """Return the numbers of all objects that did not come with PostgreSQL, by their catalogs."""
    passing = [row["oid"] for row in await session.rows(_PASSING_SCHEMAS)]
    counted = await session.rows(await session.value(_COUNT_ALL), passing)
    return {row["catalog"]: row["oids"] or () for row in counted}


async def read_unmodeled(
    session: Session,
    catalogs: Mapping[int, str],
    numbers: Mapping[str, Sequence[int]],
    claimed: Addresses,
) -> tuple[Unmodeled, ...]:
    """Return what is no row of a kind, no part of one and no member of an extension."""
    rows = [
        *await _unread(session, catalogs, numbers, claimed),
        *await session.rows(_LARGE_OBJECTS),
        *await session.rows(_CHANGED_PRIVILEGES),
    ]
    return tuple(
        Unmodeled(
            identity=Identity(Unmodeled.kind, (row["type"], row["name"])),
            description=row["description"],
        )
        for row in rows
    )


async def _unread(
    session: Session,
    catalogs: Mapping[int, str],
    numbers: Mapping[str, Sequence[int]],
    claimed: Addresses,
) -> Sequence[Row]:
    everything = [(catalog, oid, 0) for catalog, oids in numbers.items() for oid in oids]
    missing = await run_sync(_missing, everything, claimed)
    if not missing:
        return ()
    oid_of = {name: oid for oid, name in catalogs.items()}
    return await session.rows(
        _NAMES, [oid_of[catalog] for catalog, _, _ in missing], [oid for _, oid, _ in missing]
    )


def _missing(everything: Iterable[Address], claimed: Addresses) -> Sequence[Address]:
    return [each for each in everything if not claimed.is_accounted_for(each)]
