"""A live database, as its dump brings it into the shadow."""

import io
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from pydantic import SecretStr

from server.engines.postgres.address import SocketAddress
from server.engines.postgres.cluster import Database
from server.engines.postgres.dump import dump_schema
from server.engines.postgres.live import LiveDatabase
from server.engines.postgres.loading.load import loaded
from server.engines.postgres.loading.script import Script
from server.engines.postgres.shadow import Shadow
from server.engines.postgres.sources import open_source, parse_source
from server.errors import UnavailableError
from server.workspace import Workspace

pytestmark = pytest.mark.anyio

_SCHEMA = """
CREATE ROLE app; CREATE ROLE "Reader";
CREATE EXTENSION hstore SCHEMA public;
CREATE EXTENSION pg_stat_statements SCHEMA public;
COMMENT ON EXTENSION pg_stat_statements IS 'x';
CREATE SCHEMA s AUTHORIZATION app;
CREATE TYPE s.e AS ENUM ('a', 'it''s');
CREATE TABLE s.t (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, e s.e DEFAULT 'a', h public.hstore);
CREATE TABLE s.p (a int, b text DEFAULT 'x;y') PARTITION BY RANGE (a);
CREATE TABLE s.p1 PARTITION OF s.p FOR VALUES FROM (0) TO (10);
CREATE FUNCTION s.f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE FUNCTION s.g(i int) RETURNS int LANGUAGE sql
  BEGIN ATOMIC SELECT CASE WHEN i > 0 THEN i END; END;
CREATE TRIGGER tr BEFORE INSERT ON s.t FOR EACH ROW EXECUTE FUNCTION s.f();
CREATE VIEW s.v AS SELECT id, s.g(id) AS g FROM s.t;
CREATE MATERIALIZED VIEW s.m AS SELECT * FROM s.v;
ALTER TABLE s.t ENABLE ROW LEVEL SECURITY;
CREATE POLICY po ON s.t TO app USING (id > 0);
ALTER TABLE s.t OWNER TO app; ALTER VIEW s.v OWNER TO app; ALTER TYPE s.e OWNER TO app;
GRANT SELECT ON s.t TO "Reader"; GRANT UPDATE (e) ON s.t TO "Reader"; REVOKE DELETE ON s.t FROM app;
ALTER DEFAULT PRIVILEGES FOR ROLE app IN SCHEMA s GRANT SELECT ON TABLES TO "Reader";
CREATE PUBLICATION pa FOR ALL TABLES; CREATE PUBLICATION ps FOR TABLES IN SCHEMA s;
CREATE FUNCTION s.et() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER et ON ddl_command_end EXECUTE FUNCTION s.et();
CREATE CAST (varchar AS json) WITH INOUT AS ASSIGNMENT;
COMMENT ON TABLE s.t IS 'a "table"; with
two lines';
"""
_OWNED_BY_SUPERUSERS = (
    "ALTER EVENT TRIGGER et OWNER TO postgres;",
    "ALTER PUBLICATION pa OWNER TO postgres;",
)


@pytest.fixture
async def source(shadow: Shadow) -> AsyncGenerator[Database, None]:
    """A database with roles, on a server of its own."""
    async with (
        shadow.private_cluster() as cluster,
        cluster.database() as database,
        await database.connect() as superuser,
    ):
        await superuser.script("CREATE ROLE postgres SUPERUSER LOGIN")
        async with await database.connect(user="postgres") as session:
            await session.script(_SCHEMA)
            await session.script("INSERT INTO s.t (e) VALUES ('a')")
        yield database


@pytest.fixture
def live(source: Database) -> LiveDatabase:
    return live_database(source)


def live_database(database: Database) -> LiveDatabase:
    address = database.cluster.address
    assert isinstance(address, SocketAddress)
    url = f"postgresql://shadow_superuser@/{database.name}?host={address.folder}"
    return LiveDatabase("main", SecretStr(url))


async def dump(database: Database, major: int) -> list[str]:
    """The lines of a dump that tell one schema from another."""
    with await dump_schema(live_database(database), major) as content:
        lines = content.read().decode().splitlines()
    return [line for line in lines if not line.startswith(("--", "\\", "SET ", "SELECT "))]


async def test_a_live_database_is_loaded_from_its_dump_without_rows(
    shadow: Shadow, source: Database, live: LiveDatabase, tmp_path: Path
) -> None:
    parsed = parse_source("db:main")
    workspace = Workspace([tmp_path])

    async with open_source(
        parsed, shadow=shadow, workspace=workspace, databases={"main": live}
    ) as schema:
        rows = await schema.session.value("SELECT count(*) FROM s.t")
        copied = await dump(schema.database, schema.major)

    assert rows == 0
    original = await dump(source, source.cluster.major)
    assert set(original) - set(copied) == set(_OWNED_BY_SUPERUSERS)
    assert set(copied) - set(original) == {
        line.replace("postgres", "shadow_superuser") for line in _OWNED_BY_SUPERUSERS
    }


async def test_what_had_to_be_done_is_said(
    shadow: Shadow, live: LiveDatabase, tmp_path: Path
) -> None:
    parsed = parse_source("db:main")
    workspace = Workspace([tmp_path])

    async with open_source(
        parsed, shadow=shadow, workspace=workspace, databases={"main": live}
    ) as schema:
        assert schema.notes == (
            r"psql commands were skipped: \restrict, \unrestrict",
            "roles that the schema names were made without any power: 'app', 'postgres', 'Reader'",
            "owners that only a superuser could be were not set",
        )


async def test_a_dump_with_rows_is_loaded_without_them(shadow: Shadow) -> None:
    dumped = rb"""
        \restrict abc
        SET statement_timeout = 0;
        SET transaction_timeout = 0;
        SET client_encoding = 'UTF8';
        SET standard_conforming_strings = on;
        SELECT pg_catalog.set_config('search_path', '', false);
        SET default_tablespace = '';
        SET default_table_access_method = heap;
        CREATE TABLE public.t (a integer);
        ALTER TABLE public.t OWNER TO postgres;
        COPY public.t (a) FROM stdin;
1
\.
        SELECT pg_catalog.setval('public.s', 1, false);
        CREATE SEQUENCE public.s;
        \unrestrict abc
    """
    async with (
        shadow.cluster() as cluster,
        loaded([Script("dump.sql", lambda: io.BytesIO(dumped))], cluster) as schema,
    ):
        assert schema.notes[0].startswith("1 rows of data in 1 statements")


async def test_a_server_that_is_gone_is_said_without_its_address() -> None:
    gone = LiveDatabase("main", SecretStr("postgresql://someone:secret@/x?host=/nowhere"))

    with pytest.raises(UnavailableError) as refused:
        await dump_schema(gone, 14)

    assert "'main'" in str(refused.value)
    assert not {"secret", "someone", "nowhere"} & set(str(refused.value).replace("/", " ").split())


async def test_a_server_that_is_newer_than_every_pg_dump_is_refused(live: LiveDatabase) -> None:
    with pytest.raises(UnavailableError, match="no pg_dump of version 99"):
        await dump_schema(live, 99)
