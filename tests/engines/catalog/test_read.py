"""Reading: from any session, whatever is set, and whatever others do."""

from collections.abc import Awaitable, Callable

import pytest

from server.engines.catalog.kinds.default import Default
from server.engines.catalog.kinds.table import Table
from server.engines.catalog.read import read_catalog
from server.engines.postgres.cluster import Database
from server.engines.postgres.session import Row, Session
from tests.engines.catalog.conftest import CatalogOf

pytestmark = pytest.mark.anyio


async def test_temporary_objects_are_not_there(database: Database, catalog_of: CatalogOf) -> None:
    async with await database.connect() as other:
        await other.script("""
            CREATE TEMP TABLE t (id serial PRIMARY KEY, x integer DEFAULT 5 CHECK (x > 0));
            CREATE TEMP VIEW v AS SELECT * FROM t;
            CREATE TYPE pg_temp.mood AS ENUM ('a');
            CREATE FUNCTION pg_temp.f() RETURNS integer LANGUAGE sql AS 'SELECT 1';
            CREATE DOMAIN pg_temp.d AS integer CHECK (VALUE > 0);
            CREATE STATISTICS pg_temp.s ON id, x FROM t;
            CREATE POLICY p ON t;
            CREATE RULE r AS ON DELETE TO t DO NOTHING;
            COMMENT ON TABLE t IS 'x';
        """)

        catalog = await catalog_of("")

    assert catalog.unmodeled == ()
    assert catalog.of(Table) == ()
    assert "pg_temp" not in str(list(catalog))


async def test_a_temporary_table_of_the_session_does_not_pass_for_the_catalog(
    database: Database,
) -> None:
    async with await database.connect() as session:
        await session.script("""
            CREATE TABLE public.t (id integer);
            CREATE TEMP TABLE pg_class AS SELECT * FROM pg_catalog.pg_class WHERE false;
        """)

        catalog = await read_catalog(session)

    assert [str(table.identity) for table in catalog.of(Table)] == ["table:public.t"]


@pytest.mark.parametrize(
    "setting",
    [
        "timezone = 'Asia/Kolkata'",
        "datestyle = 'German'",
        "intervalstyle = 'iso_8601'",
        "quote_all_identifiers = on",
        "extra_float_digits = -5",
        "bytea_output = 'escape'",
        "search_path = 'public'",
        "lc_monetary = 'C'",
    ],
)
async def test_settings_of_the_session_change_nothing(database: Database, setting: str) -> None:
    async with await database.connect() as session:
        await session.script("""
            CREATE TABLE public.t (
              a timestamptz DEFAULT '2026-01-01 00:00+00', b interval DEFAULT '1 day 2:03',
              c float8 DEFAULT '0.123456789012345'::float8, d bytea DEFAULT '\\x00ff',
              e date DEFAULT '2026-02-01');
        """)
        plain = await read_catalog(session)
        await session.script(f"SET {setting}")

        changed = await read_catalog(session)

    assert changed.of(Default) == plain.of(Default)


async def test_reading_leaves_the_settings_of_the_session_alone(database: Database) -> None:
    async with await database.connect() as session:
        await session.script("SET timezone = 'Asia/Kolkata'")

        await read_catalog(session)

        assert await session.value("SHOW timezone") == "Asia/Kolkata"


async def test_who_is_no_superuser_reads_the_same(database: Database) -> None:
    async with await database.connect() as session:
        await session.script("""
            CREATE TABLE public.t (id integer PRIMARY KEY, n text DEFAULT 'x');
            CREATE FOREIGN DATA WRAPPER nothing;
            CREATE SERVER elsewhere FOREIGN DATA WRAPPER nothing;
            CREATE SUBSCRIPTION s CONNECTION 'password=made-up-secret' PUBLICATION p
              WITH (connect = false);
        """)
        everything = await read_catalog(session)
        await session.script("SET ROLE pg_monitor")

        seen = await read_catalog(session)

        await session.script("RESET ROLE; ALTER SUBSCRIPTION s SET (slot_name = NONE)")
        await session.script("DROP SUBSCRIPTION s")

    assert set(seen.facts) == set(everything.facts)


async def test_no_secret_is_read(catalog_of: CatalogOf) -> None:
    catalog = await catalog_of("""
        CREATE FOREIGN DATA WRAPPER nothing OPTIONS (api_token 'made-up-secret');
        CREATE SERVER elsewhere FOREIGN DATA WRAPPER nothing OPTIONS (secret_key 'made-up-secret');
        CREATE USER MAPPING FOR public SERVER elsewhere
          OPTIONS (user 'made-up-secret', password 'made-up-secret');
        DO $$ BEGIN EXECUTE format(
          'ALTER DATABASE %I SET app.jwt_secret = ''made-up-secret''', current_database());
        END $$;
    """)

    assert "made-up-secret" not in str([list(catalog), catalog.dependencies])


class InterruptedSession(Session):
    """A session in whose first query's wake something happens elsewhere."""

    interruption: Callable[[], Awaitable[None]] | None = None

    async def rows(self, sql: str, *args: object) -> list[Row]:
        found = await super().rows(sql, *args)
        interruption, self.interruption = self.interruption, None
        if interruption is not None:
            await interruption()
        return found


async def test_what_others_drop_in_the_meantime_does_not_matter(database: Database) -> None:
    async def drop() -> None:
        async with await database.connect() as other:
            await other.script("DROP TABLE public.t")

    async with await InterruptedSession.connect(
        database.cluster.address, database=database.name
    ) as session:
        await session.script("CREATE TABLE public.t (id integer PRIMARY KEY)")
        session.interruption = drop

        catalog = await read_catalog(session)

    assert catalog.of(Table) == ()
