import pytest

from server.engines.sql.parsing import check
from server.engines.sql.pieces import Data, Statement
from server.engines.sql.vet import vet
from server.engines.sql.vetting.verdict import (
    CreateExtension,
    Edge,
    Elevated,
    Plain,
    Power,
    RoleChange,
    Setting,
    Skipped,
    TransactionEdge,
    Verdict,
)
from server.errors import InvalidSqlError, SqlLocation


def verdict(sql: str) -> Verdict:
    return vet(Statement(sql, 3, 5, "a.sql"))


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE t (a int)",
        "CREATE TABLE t (a int) TABLESPACE pg_default",
        "CREATE VIEW v AS SELECT pg_read_file('x')",
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS 'begin end'",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql NOT LEAKPROOF AS 'SELECT 1'",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END",
        "DO $$ begin execute 'copy t to program ''id'''; end $$",
        "SELECT pg_catalog.set_config('search_path', '', false)",
        "SELECT pg_catalog.setval('s', 1, false)",
        "CREATE TABLE t AS SELECT 1",
        "CREATE TYPE t",
        "CREATE TYPE t AS ENUM ('a')",
        "CREATE AGGREGATE a (int) (sfunc = int4pl, stype = int)",
        "CREATE INDEX CONCURRENTLY i ON t (a)",
        "CREATE CAST (a AS b) WITHOUT FUNCTION",
        "CREATE PUBLICATION p FOR TABLE t WHERE (a > 1)",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO PUBLIC",
        "CALL p()",
    ],
)
def test_the_loader_runs_what_it_may_as_it_was_written(sql: str) -> None:
    assert verdict(sql) == Plain(sql)


@pytest.mark.parametrize(
    ("sql", "roles"),
    [
        ("GRANT SELECT ON t TO a, PUBLIC, CURRENT_USER", {"a"}),
        ('CREATE POLICY p ON t TO a, "B"', {"a", "B"}),
        ("CREATE SCHEMA s AUTHORIZATION a", {"a"}),
        ("ALTER DEFAULT PRIVILEGES FOR ROLE a GRANT SELECT ON TABLES TO b", {"a", "b"}),
        ("CREATE USER MAPPING FOR a SERVER s", {"a"}),
        ("REASSIGN OWNED BY a TO b", {"a", "b"}),
    ],
)
def test_the_roles_that_a_statement_names_are_known(sql: str, roles: set[str]) -> None:
    found = verdict(sql)

    assert isinstance(found, Plain)
    assert found.roles == roles


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE t OWNER TO a",
        "ALTER FUNCTION f(int) OWNER TO a",
        "ALTER SCHEMA s OWNER TO a",
        "ALTER TYPE t OWNER TO a",
        "ALTER OPERATOR CLASS c USING btree OWNER TO a",
    ],
)
def test_a_new_owner_is_known(sql: str) -> None:
    assert verdict(sql) == Plain(sql, frozenset({"a"}), new_owner="a")


@pytest.mark.parametrize(
    ("sql", "power"),
    [
        ("CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f()", Power.EVENT_TRIGGER),
        ("ALTER EVENT TRIGGER e DISABLE", Power.EVENT_TRIGGER),
        ("COMMENT ON EVENT TRIGGER e IS 'x'", Power.EVENT_TRIGGER),
        ("DROP EVENT TRIGGER e", Power.EVENT_TRIGGER),
        ("CREATE PUBLICATION p FOR ALL TABLES", Power.PUBLICATION),
        ("CREATE PUBLICATION p FOR TABLES IN SCHEMA s", Power.PUBLICATION),
        ("ALTER PUBLICATION p ADD TABLES IN SCHEMA CURRENT_SCHEMA", Power.PUBLICATION),
        ("ALTER FUNCTION f(int) LEAKPROOF", Power.LEAKPROOF),
        ("COMMENT ON EXTENSION e IS 'x'", Power.COMMENT),
        ("CREATE CAST (a AS b) WITH INOUT", Power.CAST),
        ("CREATE CAST (a AS b) WITH FUNCTION f(a)", Power.CAST),
        ("CREATE OPERATOR FAMILY f USING btree", Power.OPERATOR_CLASS),
        (
            "CREATE OPERATOR CLASS c FOR TYPE t USING btree AS OPERATOR 1 <, FUNCTION 1 f(t, t)",
            Power.OPERATOR_CLASS,
        ),
    ],
)
def test_few_kinds_of_statements_are_elevated_as_written(sql: str, power: Power) -> None:
    found = verdict(sql)

    assert isinstance(found, Elevated)
    assert (found.sql, found.power) == (sql, power)


def test_a_wrapper_loses_the_code_that_dials() -> None:
    found = verdict("CREATE FOREIGN DATA WRAPPER \"w'\" HANDLER h VALIDATOR v OPTIONS (a 'b')")

    assert isinstance(found, Elevated)
    assert found.sql == 'CREATE FOREIGN DATA WRAPPER "w\'"'


@pytest.mark.parametrize("options", ["", "WITH (enabled, create_slot, copy_data, connect = true)"])
def test_a_subscription_never_connects(options: str) -> None:
    found = verdict(f"CREATE SUBSCRIPTION s CONNECTION 'host=x' PUBLICATION p {options}")

    assert isinstance(found, Elevated)
    assert found.sql.endswith("PUBLICATION p WITH (connect = false)")


def test_leakproof_is_said_by_the_superuser_and_not_to_the_body() -> None:
    found = verdict(
        "CREATE FUNCTION é.f(a int, OUT b text, VARIADIC c int[]) LANGUAGE sql /* LEAKPROOF */ "
        "LEAKPROOF AS 'SELECT ''LEAKPROOF'''"
    )

    assert isinstance(found, Plain)
    assert found.sql == (
        "CREATE FUNCTION é.f(a int, OUT b text, VARIADIC c int[]) LANGUAGE sql /* LEAKPROOF */ "
        " AS 'SELECT ''LEAKPROOF'''"
    )
    assert found.then == Elevated(
        'ALTER FUNCTION "é".f (integer, integer[]) LEAKPROOF', Power.LEAKPROOF
    )


def test_other_changes_of_a_routine_stay_with_the_loader() -> None:
    found = verdict("ALTER FUNCTION f(int) STRICT LEAKPROOF SET search_path = ''")

    assert isinstance(found, Plain)
    assert found.sql == "ALTER FUNCTION f(int) STRICT  SET search_path = ''"


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("CREATE EXTENSION vector", CreateExtension("vector", "", "CREATE EXTENSION vector")),
        (
            "CREATE EXTENSION v SCHEMA s CASCADE",
            CreateExtension("v", "s", "CREATE EXTENSION v SCHEMA s CASCADE"),
        ),
        ("BEGIN", TransactionEdge(Edge.BEGIN)),
        ("START TRANSACTION READ ONLY", TransactionEdge(Edge.BEGIN)),
        ("COMMIT", TransactionEdge(Edge.COMMIT)),
        ("END", TransactionEdge(Edge.COMMIT)),
        ("SET search_path = a", Setting("search_path", "SET search_path = a", is_local=False)),
        ("SET LOCAL a.b = c", Setting("a.b", "SET LOCAL a.b = c", is_local=True)),
        ("SET ROLE a", Setting("role", "SET ROLE a", is_local=False, roles=frozenset({"a"}))),
        ("SET ROLE NONE", Setting("role", "SET ROLE NONE", is_local=False)),
        ("RESET ROLE", Setting("role", "RESET ROLE", is_local=False)),
    ],
)
def test_what_concerns_the_session_is_told_apart(sql: str, expected: Verdict) -> None:
    assert verdict(sql) == expected


@pytest.mark.parametrize(
    "sql",
    [
        "SET client_encoding = 'LATIN1'",
        "SET NAMES 'LATIN1'",
        "SET statement_timeout = 0",
        "SET transaction_timeout = 0",
        "SET check_function_bodies = true",
        "SET default_tablespace = x",
        "SET TRANSACTION READ ONLY",
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
        "RESET ALL",
        "DISCARD ALL",
        "SAVEPOINT a",
        "VACUUM",
        "ANALYZE t",
        "LOCK TABLE t",
        "NOTIFY a",
        "EXPLAIN ANALYZE SELECT 1",
        "TRUNCATE t",
        "COPY t TO STDOUT",
        "ALTER DATABASE d SET search_path = a",
        "COMMENT ON DATABASE d IS 'x'",
        "COMMENT ON ROLE r IS 'x'",
        "GRANT ALL ON DATABASE d TO a",
        "SECURITY LABEL ON TABLE t IS 'x'",
        "ALTER EVENT TRIGGER e OWNER TO a",
        "ALTER FOREIGN DATA WRAPPER w HANDLER h",
        "ALTER SUBSCRIPTION s ENABLE",
        "DROP SUBSCRIPTION s",
        "ALTER EXTENSION e UPDATE",
        "ALTER ROLE a SET search_path = x",
        "ALTER ROLE a SUPERUSER",
        "GRANT pg_execute_server_program TO a",
    ],
)
def test_what_a_schema_does_not_need_is_skipped(sql: str) -> None:
    assert isinstance(verdict(sql), Skipped)


@pytest.mark.parametrize(
    ("sql", "kept"),
    [
        ("CREATE ROLE a SUPERUSER CREATEDB CREATEROLE REPLICATION BYPASSRLS", "CREATE ROLE a"),
        ("CREATE USER a PASSWORD 'secret' IN ROLE b", "CREATE USER a WITH IN ROLE b"),
        ("ALTER ROLE a SUPERUSER NOINHERIT", "ALTER ROLE a NOINHERIT"),
    ],
)
def test_a_role_loses_its_powers_and_its_password(sql: str, kept: str) -> None:
    found = verdict(sql)

    assert isinstance(found, RoleChange)
    assert found.sql.strip() == kept


def test_a_role_joins_no_role_of_the_server() -> None:
    found = verdict("CREATE ROLE a IN ROLE pg_execute_server_program, b")

    assert isinstance(found, RoleChange)
    assert "pg_execute_server_program" not in found.sql
    assert found.granted == (("a", "b"),)


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("COPY t FROM PROGRAM 'id'", "runs a program"),
        ("COPY t TO PROGRAM 'id'", "runs a program"),
        ("COPY t FROM '/etc/passwd'", "reads a file"),
        ("COPY (SELECT 1) TO '/tmp/x'", "writes a file"),
        ("ALTER SYSTEM SET archive_command = 'id'", "ALTER SYSTEM"),
        ("LOAD '/tmp/x.so'", "LOAD"),
        ("CREATE DATABASE d", "CREATE DATABASE"),
        ("DROP DATABASE d", "DROP DATABASE"),
        ("ALTER DATABASE d IS_TEMPLATE true", "ALTER DATABASE"),
        ("CREATE TABLESPACE s LOCATION '/tmp'", "tablespace"),
        ("DROP TABLESPACE s", "tablespace"),
        ("ALTER TABLE ALL IN TABLESPACE a SET TABLESPACE b", "tablespace"),
        ("CREATE TABLE t (a int) TABLESPACE s", "tablespace"),
        ("CREATE TABLE t (a int PRIMARY KEY USING INDEX TABLESPACE s)", "tablespace"),
        ("CREATE SCHEMA s CREATE TABLE t (a int) TABLESPACE s", "tablespace"),
        ("CREATE INDEX i ON t (a) TABLESPACE s", "tablespace"),
        ("CREATE MATERIALIZED VIEW m TABLESPACE s AS SELECT 1", "tablespace"),
        ("ALTER TABLE t SET TABLESPACE s", "tablespace"),
        ("ALTER TABLE t ADD UNIQUE (a) USING INDEX TABLESPACE s", "tablespace"),
        ("CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'x', 'y'", "LANGUAGE c"),
        ("CREATE FUNCTION f() RETURNS int LANGUAGE 'C' AS 'x', 'y'", "LANGUAGE C"),
        ("CREATE FUNCTION f() RETURNS int AS 'x' LANGUAGE internal", "LANGUAGE internal"),
        ("CREATE PROCEDURE p() LANGUAGE plpython3u AS 'x'", "LANGUAGE plpython3u"),
        ("DO LANGUAGE plperlu 'x'", "LANGUAGE plperlu"),
        ("CREATE LANGUAGE l HANDLER h", "handler of its own"),
        ("CREATE TYPE t (INPUT = a, OUTPUT = b)", "base type"),
        ("CREATE ACCESS METHOD m TYPE INDEX HANDLER h", "access method"),
        ("CREATE TEXT SEARCH PARSER p (START = a)", "text search parser"),
        ("CREATE TEXT SEARCH TEMPLATE t (LEXIZE = a)", "text search template"),
        (
            "CREATE OPERATOR CLASS c FOR TYPE t USING gist AS FUNCTION 1 f(internal, t)",
            "functions of internal values",
        ),
        (
            "CREATE OPERATOR CLASS c FOR TYPE t USING btree AS FUNCTION 2 btint4sortsupport",
            "functions of internal values",
        ),
        ("IMPORT FOREIGN SCHEMA s FROM SERVER x INTO y", "IMPORT FOREIGN SCHEMA"),
        ("ALTER EXTENSION e ADD TABLE t", "ALTER EXTENSION"),
        ("SET SESSION AUTHORIZATION a", "SET SESSION AUTHORIZATION"),
        ("ROLLBACK", "undoes"),
        ("PREPARE TRANSACTION 'a'", "undoes"),
        (
            "CREATE PUBLICATION p FOR TABLES IN SCHEMA s, TABLE t WHERE (f())",
            "together with a row filter",
        ),
    ],
)
def test_what_nobody_may_run_is_refused_by_name(sql: str, reason: str) -> None:
    with pytest.raises(InvalidSqlError, match=f"refused: .*{reason}") as refused:
        verdict(sql)

    assert refused.value.location == SqlLocation("a.sql", 3, 5)


@pytest.mark.parametrize(
    ("sql", "location"),
    [
        ("SELEC 1", SqlLocation("a.sql", 3, 5)),
        ("SELECT 'é',\n  é é é", SqlLocation("a.sql", 4, 7)),
        ("CREATE TABLE t (a int", SqlLocation("a.sql", 3, 26)),
    ],
)
def test_broken_grammar_is_refused_where_it_breaks(sql: str, location: SqlLocation) -> None:
    with pytest.raises(InvalidSqlError, match="syntax error") as refused:
        verdict(sql)

    assert refused.value.location == location


@pytest.mark.parametrize("sql", ["", "SELECT 1; DROP TABLE t"])
def test_a_statement_is_exactly_one(sql: str) -> None:
    with pytest.raises(InvalidSqlError, match="one statement was expected"):
        verdict(sql)


def test_a_statement_about_rows_must_be_sql() -> None:
    with pytest.raises(InvalidSqlError, match='syntax error at or near "ALTER"') as refused:
        check(Data("INSERT INTO t VALUES (1)\nALTER TABLE t ADD b int", 3, 5, "a.sql", rows=1))

    assert refused.value.location == SqlLocation("a.sql", 4, 1)


def test_of_a_statement_about_rows_that_was_cut_nothing_is_known() -> None:
    check(Data("INSERT INTO t VALUES (1", 1, 1, "a.sql", rows=9, is_whole=False))
