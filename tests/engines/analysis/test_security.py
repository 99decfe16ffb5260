"""The checks of security: what they let pass, what they find, and fixes that do what they say."""

from dataclasses import replace

import pytest

from server.engines.analysis.examine import examine
from server.engines.analysis.scope import Scope
from server.engines.catalog.read import read_catalog
from server.engines.postgres.session import StatementError
from tests.engines.analysis.patient import Patient

pytestmark = pytest.mark.anyio

_NOTES = """
CREATE TABLE notes (
  id int PRIMARY KEY, author text, tenant int, team text, is_public bool, kind varchar(9)
);
CREATE TABLE members (id int, author text);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
"""
_AUTH = """
CREATE SCHEMA auth;
CREATE FUNCTION auth.uid() RETURNS text LANGUAGE sql STABLE
  AS $$ SELECT current_setting('app.me', true) $$;
CREATE FUNCTION auth.jwt() RETURNS jsonb LANGUAGE sql STABLE
  AS $$ SELECT current_setting('app.jwt', true)::jsonb $$;
CREATE FUNCTION auth.zero() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 0';
CREATE FUNCTION auth.guess() RETURNS text LANGUAGE sql AS $$ SELECT 'x' $$;
CREATE FUNCTION auth.is_in(team text) RETURNS bool LANGUAGE sql STABLE AS 'SELECT true';
"""


_HOSTILE = r"""
CREATE SCHEMA "s""1
-- x"; GRANT ALL ON SCHEMA "s""1
-- x" TO PUBLIC;
CREATE TABLE "T;DROP ""x
" ("a""b" text, "c d" text, "e
f" text);
GRANT SELECT ON "T;DROP ""x
" TO PUBLIC; GRANT UPDATE ("a""b") ON "T;DROP ""x
" TO PUBLIC;
CREATE FUNCTION "f""g"("x y" text) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
  AS $$ SELECT 'it''s' $$;
CREATE POLICY "p"" ON t; --" ON "T;DROP ""x
" TO "odd ""role" USING ("a""b" = "f""g"('\ '' "'));
CREATE POLICY "q`" ON "T;DROP ""x
" TO "odd ""role" USING ("e
f" = current_setting('a.b')) WITH CHECK ("c d" = "f""g"(E'\n'));
CREATE VIEW "v""1" AS SELECT * FROM "T;DROP ""x
"; GRANT SELECT ON "v""1" TO "odd ""role";
"""


async def test_every_fix_runs_with_whatever_names_a_schema_has(staffed: Patient) -> None:
    await staffed.admit(_HOSTILE)
    security = ("policy-without-row-security",)
    await staffed.take("\n".join(each.fix for each in await staffed.findings(*security)))
    before = await staffed.findings(*_FIXED_WITH_HOSTILE_NAMES)

    await staffed.take("\n".join(each.fix for each in before if each.fix))

    left = {each.key for each in await staffed.findings(*_FIXED_WITH_HOSTILE_NAMES)}
    assert {each.check for each in before} == set(_FIXED_WITH_HOSTILE_NAMES)
    assert [each.key for each in before if each.fix and each.key in left] == []


_FIXED_WITH_HOSTILE_NAMES = (
    "definer-function-executable-by-everyone",
    "definer-function-with-mutable-search-path",
    "policy-calls-function-per-row",
    "policy-column-without-index",
    "row-security-not-forced",
    "schema-writable-by-everyone",
    "table-granted-to-everyone",
    "view-bypasses-row-security",
)


async def test_a_message_shows_a_hostile_name_on_one_line(staffed: Patient) -> None:
    await staffed.admit(_HOSTILE)

    texts = [f"{each.message}{each.advice}" for each in await staffed.findings()]

    assert [each for each in texts if not each.isprintable()] == []


@pytest.mark.parametrize(
    "condition",
    [
        "tenant = current_setting('app.tenant')::int",
        "author = auth.uid() OR auth.is_in(auth.uid())",
        "COALESCE(auth.uid(), 'x') = author AND NOT is_public",
        "auth.jwt() ->> 'role' = 'admin'",
        "CASE WHEN auth.uid() IS NULL THEN is_public ELSE author = auth.uid() END",
        "author = ANY (ARRAY[auth.uid(), 'shared'])",
        "auth.uid() IN (SELECT m.author FROM members m WHERE m.id = notes.id)",
        "(tenant, author) = (1, auth.uid())",
        "author LIKE auth.uid() || '%'",
        "tenant BETWEEN 0 AND length(auth.uid())",
        'author = lower(auth.uid()) COLLATE "C"',
        "row_to_json(notes) ->> auth.uid() IS NOT NULL",
    ],
)
async def test_a_policy_whose_calls_were_wrapped_shows_the_same_rows(
    staffed: Patient, condition: str
) -> None:
    await staffed.admit(f"{_AUTH}{_NOTES} CREATE POLICY p ON notes USING ({condition})")
    await staffed.take(
        "INSERT INTO notes SELECT n, chr(96 + n), n % 3, 't', n % 2 = 0 "
        "FROM generate_series(1, 9) n;"
        "INSERT INTO members VALUES (2, 'c'), (3, 'd');"
        "GRANT ALL ON notes, members TO app; GRANT USAGE ON SCHEMA auth TO app;"
    )
    shown = "SELECT coalesce(string_agg(id::text, ',' ORDER BY id), '') FROM notes"
    settings = """SET app.me = 'c'; SET app.tenant = '2'; SET app.jwt = '{"role": "admin"}';"""
    await staffed.session.script(f"{settings} SET ROLE app")
    before = await staffed.session.value(shown)
    await staffed.session.script("RESET ROLE")
    (finding,) = await staffed.findings("policy-calls-function-per-row")

    await staffed.take(finding.fix)

    await staffed.session.script("SET ROLE app")
    assert finding.fix
    assert await staffed.session.value(shown) == before
    await staffed.session.script("RESET ROLE")
    assert await staffed.findings("policy-calls-function-per-row") == ()


async def test_a_volatile_call_is_not_moved_out_of_the_row(staffed: Patient) -> None:
    sql = f"{_AUTH}{_NOTES} CREATE POLICY p ON notes USING (author = auth.guess() || auth.uid())"
    await staffed.admit(sql)

    (finding,) = await staffed.findings("policy-calls-function-per-row")

    assert not finding.fix
    assert "STABLE" in finding.advice


@pytest.mark.parametrize(
    "policies",
    [
        ("USING (is_public)", "USING (author = current_user)", "USING (tenant = 1)"),
        ("USING (is_public) WITH CHECK (tenant = 1)", "USING (tenant = 2)"),
        (
            "FOR UPDATE USING (true AND is_public)",
            "FOR UPDATE USING (false) WITH CHECK (tenant = 2)",
        ),
        ("FOR INSERT WITH CHECK (is_public)", "FOR INSERT WITH CHECK (tenant IS NULL)"),
        (
            'FOR DELETE TO "odd ""role", app USING (id = 3)',
            'FOR DELETE TO app, "odd ""role" USING (id = 4)',
        ),
    ],
)
async def test_a_merged_policy_grants_what_the_several_granted(
    staffed: Patient, policies: tuple[str, ...]
) -> None:
    created = [f"CREATE POLICY p{n} ON notes {each};" for n, each in enumerate(policies)]
    rows = "INSERT INTO notes SELECT n, 'app', n % 3, 't', n % 2 = 0 FROM generate_series(1, 9) n;"
    await staffed.admit(f"{_NOTES}{rows}{''.join(created)} GRANT ALL ON notes TO app")
    before = await _allowed(staffed)
    (finding,) = await staffed.findings("multiple-permissive-policies")

    await staffed.take(finding.fix)

    assert await _allowed(staffed) == before
    assert await staffed.findings("multiple-permissive-policies") == ()


_ATTEMPTS = (
    "SELECT id FROM notes",
    "UPDATE notes SET team = 'u' RETURNING id",
    "DELETE FROM notes RETURNING id",
    "INSERT INTO notes VALUES (10, 'x', 1, 't', false)",
    "INSERT INTO notes VALUES (10, 'x', 2, 't', true)",
    "INSERT INTO notes VALUES (10, 'x', NULL, 't', false)",
)


async def _allowed(staffed: Patient) -> list[str]:
    """Return what comes of each attempt by the role app; nothing stays."""
    return [await _attempt(staffed, each) for each in _ATTEMPTS]


async def _attempt(staffed: Patient, sql: str) -> str:
    async with staffed.session.undone():
        await staffed.session.script("SET LOCAL ROLE app")
        try:
            return repr(sorted(row["id"] for row in await staffed.session.rows(sql)))
        except StatementError as error:
            return error.sqlstate


@pytest.mark.parametrize(
    "policies",
    [
        "CREATE POLICY b ON notes FOR SELECT USING (id = 1)",
        "CREATE POLICY b ON notes TO app USING (id = 1)",
    ],
)
async def test_policies_that_only_overlap_get_advice(staffed: Patient, policies: str) -> None:
    await staffed.admit(f"{_NOTES} CREATE POLICY a ON notes USING (is_public); {policies}")

    (finding,) = await staffed.findings("multiple-permissive-policies")

    assert not finding.fix
    assert "one policy a statement and role" in finding.advice


async def test_the_index_that_a_foreign_key_needs_is_not_proposed_twice(staffed: Patient) -> None:
    await staffed.admit(
        "CREATE TABLE tenants (id int PRIMARY KEY);"
        "CREATE TABLE t (id int PRIMARY KEY, tenant int REFERENCES tenants);"
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY;"
        "CREATE POLICY p ON t USING (tenant = (SELECT current_setting('a')::int))"
    )

    (finding,) = await staffed.findings("policy-column-without-index")

    assert not finding.fix
    assert "t_tenant_fkey" in finding.advice


async def test_a_view_that_asks_as_its_caller_shows_only_the_callers_rows(staffed: Patient) -> None:
    await staffed.admit(f"{_NOTES} CREATE POLICY p ON notes USING (author = current_user)")
    await staffed.take(
        "INSERT INTO notes VALUES (1, 'app'), (2, 'anon'); CREATE VIEW v AS TABLE notes;"
        "GRANT SELECT ON notes, v TO app"
    )
    (finding,) = await staffed.findings("view-bypasses-row-security")

    await staffed.take(finding.fix)

    async with staffed.session.undone():
        await staffed.session.script("SET LOCAL ROLE app")
        assert await staffed.session.value("SELECT count(*) FROM v") == 1


async def test_views_are_not_examined_before_they_could_ask_as_their_caller(
    staffed: Patient,
) -> None:
    await staffed.admit(_NOTES)
    await staffed.take("CREATE VIEW v AS SELECT id FROM notes")
    catalog = replace(await read_catalog(staffed.session), major=14)

    (outcome,) = examine(Scope(catalog, frozenset({"public"})), ["view-bypasses-row-security"])

    assert outcome.status == "not_applicable"


async def test_a_fixed_definer_function_ignores_the_callers_temporary_table(
    staffed: Patient,
) -> None:
    await staffed.admit(
        "CREATE TABLE t AS SELECT 'true' AS a; CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql "
        "SECURITY DEFINER SET search_path = public AS 'BEGIN RETURN (SELECT a FROM t); END'"
    )
    (finding,) = await staffed.findings("definer-function-with-mutable-search-path")

    await staffed.take(finding.fix)

    async with staffed.session.undone():
        await staffed.session.script("CREATE TEMP TABLE t AS SELECT 'forged' AS a")
        assert await staffed.session.value("SELECT f()") == "true"


async def test_a_path_that_cannot_be_read_gets_no_fix(staffed: Patient) -> None:
    await staffed.admit(
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';"
    )
    await staffed.session.script(
        "UPDATE pg_proc SET proconfig = ARRAY['search_path=public, Foo'] WHERE proname = 'f'"
    )

    (finding,) = await staffed.findings("definer-function-with-mutable-search-path")

    assert not finding.fix


async def test_a_grant_by_somebody_else_is_not_promised_to_go(staffed: Patient) -> None:
    await staffed.admit(
        "CREATE TABLE t (); GRANT SELECT ON t TO app WITH GRANT OPTION;"
        "SET ROLE app; GRANT SELECT ON t TO PUBLIC; RESET ROLE"
    )

    (finding,) = await staffed.findings("table-granted-to-everyone")

    assert not finding.fix


async def test_an_extension_that_cannot_move_gets_no_fix(staffed: Patient) -> None:
    await staffed.admit("CREATE EXTENSION unaccent; CREATE EXTENSION earthdistance CASCADE")
    relocatable = "SELECT extname FROM pg_extension WHERE extrelocatable AND extname <> 'plpgsql'"
    movable = {row["extname"] for row in await staffed.session.rows(relocatable)}

    findings = await staffed.findings("extension-in-public-schema")

    assert {each.subject.name for each in findings if each.fix} == movable


async def test_policies_that_call_a_definer_function_are_named_in_its_advice(
    staffed: Patient,
) -> None:
    await staffed.admit(
        "CREATE FUNCTION f() RETURNS bool LANGUAGE sql SECURITY DEFINER AS 'SELECT true';"
        "CREATE TABLE t (); CREATE POLICY p ON t USING (f())"
    )

    (finding,) = await staffed.findings("definer-function-executable-by-everyone")

    assert "`public.t.p` needs EXECUTE" in finding.advice


@pytest.mark.parametrize("sql", ["", "DROP SCHEMA public", "CREATE TABLE t ()"])
async def test_a_schema_with_next_to_nothing_is_examined(staffed: Patient, sql: str) -> None:
    await staffed.admit(sql)

    assert {each.check for each in await staffed.findings()} <= {
        "row-security-disabled-in-exposed-schema",
        "missing-primary-key",
    }
