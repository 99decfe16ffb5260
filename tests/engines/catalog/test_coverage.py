"""Nothing of pg_catalog is forgotten: what no kind reads is reported, and every table is known."""

import pytest

from server.engines.catalog.addresses import Addresses
from server.engines.catalog.links import read_aliases, read_members
from server.engines.catalog.reader import Reader
from server.engines.catalog.registry import readers
from server.engines.catalog.sighting import Sighting
from server.engines.catalog.unread import read_numbers, read_unmodeled
from server.engines.postgres.session import Isolation, Session
from server.engines.postgres.shadow import Shadow
from server.errors import UnavailableError
from tests.engines.catalog.case import cases
from tests.engines.catalog.conftest import CatalogOf

pytestmark = pytest.mark.anyio

_TABLES = """
SELECT relname FROM pg_class
WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r'
"""
_CATALOGS = """
SELECT oid, relname FROM pg_class
WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r'
"""

# Read together with another table, whose kind says so.
_JOINED = {
    "pg_aggregate": "aggregate",
    "pg_amop": "operator_class",
    "pg_amproc": "operator_class",
    "pg_attribute": "column",
    "pg_db_role_setting": "database",
    "pg_depend": "the dependencies",
    "pg_enum": "enum",
    "pg_foreign_table": "foreign_table",
    "pg_index": "index",
    "pg_inherits": "table",
    "pg_partitioned_table": "table",
    "pg_range": "range",
    "pg_sequence": "sequence",
    "pg_shdepend": "the dependencies on roles",
    "pg_shdescription": "comment",
    "pg_shseclabel": "security_label",
    "pg_ts_config_map": "text_search_configuration",
}
_LEFT_OUT = {
    "pg_largeobject": "data; that there is some is reported",
    "pg_largeobject_metadata": "data; that there is some is reported",
    "pg_replication_origin": "the state of a running server",
    "pg_statistic": "data about data",
    "pg_statistic_ext_data": "data about data",
    "pg_subscription_rel": "the state of a running subscription",
    "pg_tablespace": "of the machine; tables and indexes name theirs",
}
_WITH_NUMBERS = [
    case for case in cases() if case.kind not in {"column", "view_column", "attribute"}
]
# Not these: columns have numbers within tables only; remarks and what is shared are not counted.
_COUNTED = [
    reader
    for reader in readers()
    if " AS parent_catalog" not in reader.sql
    and "pg_attribute a\nJOIN pg_class" not in reader.sql
    and not reader.fact.is_cluster_wide
    and reader.catalog != "pg_subscription"
]


@pytest.mark.parametrize("major", [None, 15])
async def test_every_table_of_pg_catalog_is_read_or_left_out_for_a_reason(
    shadow: Shadow, major: int | None
) -> None:
    try:
        async with shadow.database(major=major) as database, await database.connect() as session:
            if major not in {None, session.major}:
                pytest.skip(f"no server of version {major} here")
            tables = {row["relname"] for row in await session.rows(_TABLES)}
    except UnavailableError as error:
        pytest.skip(str(error))

    assert tables - {reader.catalog for reader in readers()} - {*_JOINED, *_LEFT_OUT} == set()


@pytest.mark.parametrize("reader", _COUNTED, ids=lambda reader: reader.fact.kind)
async def test_what_a_kind_would_read_is_reported_if_the_kind_is_missing(
    bench: Session, reader: Reader
) -> None:
    case = next(case for case in cases() if case.kind == reader.fact.kind)
    async with bench.undone(isolation=Isolation.REPEATABLE_READ):
        await bench.script(case.setup)

        assert await _unmodeled_without(bench, reader)


async def _unmodeled_without(session: Session, missing: Reader) -> object:
    catalogs = {row["oid"]: row["relname"] for row in await session.rows(_CATALOGS)}
    others = [each for each in readers() if each is not missing]
    sightings = [
        Sighting.of(each, row)
        for each in others
        for row in await session.rows(each.query(session.major))
    ]
    addresses = Addresses(
        sightings, await read_aliases(session), await read_members(session, catalogs)
    )
    numbers = await read_numbers(session)
    return await read_unmodeled(session, catalogs, numbers, addresses)


@pytest.mark.parametrize(
    ("sql", "description"),
    [
        ("SELECT lo_create(0)", "large objects"),
        (
            "CREATE FUNCTION pg_catalog.intruder() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
            "function pg_catalog.intruder()",
        ),
        (
            "REVOKE EXECUTE ON FUNCTION pg_catalog.now() FROM public",
            "privileges of function pg_catalog.now(): its owner EXECUTE",
        ),
        (
            "CREATE EXTENSION hstore; GRANT USAGE ON TYPE public.hstore TO pg_monitor",
            "privileges of type public.hstore: its owner USAGE, pg_monitor USAGE, public USAGE",
        ),
        (
            "CREATE VIEW public.v AS SELECT 1 AS a; COMMENT ON RULE \"_RETURN\" ON public.v IS 'x'",
            "comment on a part of view:public.v",
        ),
        (
            "CREATE TABLE t (id integer); GRANT SELECT (ctid) ON t TO pg_monitor",
            "privilege on a part of table:public.t",
        ),
        (
            "ALTER OPERATOR FAMILY float_ops USING btree ADD OPERATOR 1 < (money, money)",
            (
                "operator of access method operator 1 (pg_catalog.money, pg_catalog.money)"
                " of pg_catalog.float_ops USING btree"
            ),
        ),
    ],
)
async def test_what_no_kind_reads_is_reported(
    catalog_of: CatalogOf, sql: str, description: str
) -> None:
    catalog = await catalog_of(sql)

    assert [each.description for each in catalog.unmodeled] == [description]


async def test_a_privilege_taken_and_given_back_is_nothing_to_report(catalog_of: CatalogOf) -> None:
    catalog = await catalog_of(
        "REVOKE EXECUTE ON FUNCTION pg_catalog.now() FROM public;"
        "GRANT EXECUTE ON FUNCTION pg_catalog.now() TO public"
    )

    assert catalog.unmodeled == ()
