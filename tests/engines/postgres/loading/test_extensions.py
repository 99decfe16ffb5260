import pytest

from server.errors import InvalidSqlError
from tests.engines.postgres.loading.case import Case, cases
from tests.engines.postgres.loading.conftest import Load, Traces

pytestmark = pytest.mark.anyio

_EXTENSION = """
SELECT n.nspname || ' ' || pg_get_userbyid(e.extowner)
FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE extname = $1
"""


async def test_a_trusted_extension_is_created_by_the_loader(load: Load) -> None:
    async with load("CREATE EXTENSION hstore; CREATE TABLE t (a hstore)") as schema:
        assert await schema.session.value(_EXTENSION, "hstore") == "public shadow_owner"
        assert schema.notes == ()


@pytest.mark.parametrize("name", ["vector", "pg_stat_statements"])
async def test_a_listed_extension_is_created_by_the_superuser(load: Load, name: str) -> None:
    sql = f"CREATE SCHEMA s; CREATE EXTENSION {name} SCHEMA s; COMMENT ON EXTENSION {name} IS 'x'"

    async with load(sql) as schema:
        assert await schema.session.value(_EXTENSION, name) == "s shadow_superuser"


async def test_an_extension_goes_where_the_search_path_leads(load: Load) -> None:
    sql = """
        CREATE SCHEMA s; SET search_path = s;
        CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE EXTENSION vector; CREATE EXTENSION IF NOT EXISTS vector;
        CREATE TABLE t (a vector(3));
    """

    async with load(sql) as schema:
        assert await schema.session.value(_EXTENSION, "vector") == "s shadow_superuser"
        assert (
            await schema.session.value("SELECT count(*) FROM pg_namespace WHERE oid >= 16384") == 1
        )


@pytest.mark.parametrize("schema", ["pg_catalog", "information_schema"])
async def test_an_extension_goes_into_no_schema_of_the_server(load: Load, schema: str) -> None:
    with pytest.raises(InvalidSqlError, match="may not create anything in schema"):
        async with load(f"CREATE EXTENSION vector SCHEMA {schema}"):
            pass


async def test_an_extension_that_is_missing_is_named_with_the_ways_out(
    load: Load, traces: Traces
) -> None:
    before = await traces()

    with pytest.raises(InvalidSqlError) as refused:
        async with load('CREATE TABLE t (); CREATE EXTENSION "no such"'):
            pass

    assert refused.value.refusal == 'extension "no such" is not available'
    assert "`shadow`" in refused.value.next_step
    assert "leave extension 'no such' out" in refused.value.next_step
    assert await traces() == before


async def test_an_extension_that_is_not_listed_is_not_created(load: Load) -> None:
    with pytest.raises(InvalidSqlError, match="permission denied") as refused:
        async with load("CREATE EXTENSION pageinspect"):
            pass

    assert "not among those" in refused.value.next_step


@pytest.mark.parametrize("case", cases("stubs"))
async def test_a_stub_stands_in_for_an_extension_and_is_announced(load: Load, case: Case) -> None:
    name = case.expected

    async with load(case.sql) as schema:
        assert schema.notes == (f"proven with a stub of extension {name!r}: its code is not here",)
        assert await schema.session.value(_EXTENSION, name) == "public shadow_owner"


async def test_a_stub_has_the_volatility_of_the_real_one(load: Load) -> None:
    async with load('CREATE EXTENSION "uuid-ossp"; CREATE EXTENSION pgcrypto') as schema:
        assert await schema.session.rows(
            "SELECT proname::text AS name, provolatile::text AS volatile, proisstrict AS strict "
            "FROM pg_proc WHERE proname IN ('uuid_generate_v1', 'uuid_generate_v5', 'gen_salt') "
            "AND pronargs < 3 ORDER BY 1, pronargs"
        ) == [
            {"name": "gen_salt", "volatile": "v", "strict": True},
            {"name": "gen_salt", "volatile": "v", "strict": True},
            {"name": "uuid_generate_v1", "volatile": "v", "strict": True},
            {"name": "uuid_generate_v5", "volatile": "i", "strict": True},
        ]


@pytest.mark.parametrize(
    ("name", "wrapper"),
    [("postgres_fdw", "postgres_fdw"), ("file_fdw", "file_fdw"), ("dblink", "dblink_fdw")],
)
async def test_what_dials_out_is_replaced_and_announced(
    load: Load, name: str, wrapper: str
) -> None:
    sql = f"""
        CREATE EXTENSION {name};
        CREATE SERVER s FOREIGN DATA WRAPPER {wrapper} OPTIONS (host '127.0.0.1', dbname 'x');
        CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (password 'x');
        CREATE FOREIGN TABLE t (a text) SERVER s OPTIONS (filename '/etc/passwd');
    """

    async with load(sql) as schema:
        assert schema.notes == (f"proven with a stub of extension {name!r}: its code is not here",)
        assert (
            await schema.session.value("SELECT max(fdwhandler::int) FROM pg_foreign_data_wrapper")
            == 0
        )
        assert (
            await schema.session.value(
                "SELECT count(*) FROM pg_proc WHERE probin IS NOT NULL AND oid >= 16384"
            )
            == 0
        )
