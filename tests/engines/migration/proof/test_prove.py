"""What a proof says about plans that are right, and about plans that are not."""

from dataclasses import replace

import pytest

from server.engines.catalog.identity import Identity
from server.engines.migration.action import Mode
from server.engines.migration.fill_in import filled
from server.engines.migration.hazard import data_loss
from server.engines.migration.proof.prove import ProofOptions
from server.engines.migration.proof.seed.demands import Renames
from server.engines.migration.proof.seed.flavor import Flavor
from server.engines.migration.proof.survival import Fate
from server.engines.migration.step import Evidence, LockMode
from tests.engines.migration.proof.conftest import Prove
from tests.engines.migration.proof.hand_written import Case, outside, step

pytestmark = pytest.mark.anyio

_T = "CREATE TABLE t (id int PRIMARY KEY, a text);"
_WITH_B = "CREATE TABLE t (id int PRIMARY KEY, a text, b int);"
_ADD_B = Case(
    _T,
    _WITH_B,
    ("ALTER TABLE public.t ADD COLUMN b int",),
    ("ALTER TABLE public.t DROP COLUMN b",),
)
_OLDER = 15
_TABLE = Identity("table", ("public", "t"))


async def test_a_right_plan_is_proven_there_and_back(prove_case: Prove) -> None:
    proof = await prove_case(_ADD_B)

    assert proof.is_proven
    assert proof.seeding.rows == {"public.t": 4}
    assert [each.forward.fate for each in proof.survival] == [Fate.UNCHANGED]
    assert [each.back.fate for each in proof.survival] == [Fate.UNCHANGED]


async def test_a_right_plan_is_proven_on_an_older_server(prove_case: Prove) -> None:
    proof = await prove_case(_ADD_B, major=_OLDER)

    assert proof.is_proven
    assert proof.version.startswith("15.")


async def test_a_table_that_is_dropped_and_created_loses_its_rows(prove_case: Prove) -> None:
    recreated = (
        "DROP TABLE public.t",
        "CREATE TABLE public.t (id integer CONSTRAINT t_pkey PRIMARY KEY, a text, b integer)",
    )

    proof = await prove_case(Case(_T, _WITH_B, recreated, _ADD_B.back))

    assert proof.forward_residual is not None
    assert proof.forward_residual.is_empty
    assert [(each.forward.fate, each.forward.rows) for each in proof.survival] == [(Fate.LOST, 0)]
    assert proof.unexpected == ("public.t",)
    assert not proof.is_proven


async def test_a_loss_that_the_plan_tells_of_is_expected(prove_case: Prove) -> None:
    told = step("DROP TABLE public.t", Mode.TRANSACTIONAL, data_loss(_TABLE, "all rows go"))
    back = (f"CREATE TABLE public.{_T[13:-1]}",)

    proof = await prove_case(Case(_T, "", (told,), back))

    assert proof.is_proven
    assert [each.forward.fate for each in proof.survival] == [Fate.LOST]


async def test_a_residue_is_seen_by_both_observers(prove_case: Prove) -> None:
    target = f"{_WITH_B} COMMENT ON COLUMN t.b IS 'b';"

    proof = await prove_case(Case(_T, target, _ADD_B.forward, _ADD_B.back))

    assert proof.forward_residual is not None
    assert proof.forward_residual.catalog == ("+ comment:::column:public.t.b",)
    assert proof.forward_residual.dump == ("+ COMMENT ON COLUMN public.t.b IS 'b'",)
    assert not proof.is_proven


async def test_a_way_back_that_leaves_something_is_not_proven(prove_case: Prove) -> None:
    proof = await prove_case(Case(_T, _WITH_B, _ADD_B.forward))

    assert proof.back_residual is not None
    assert proof.back_residual.catalog == ("- column:public.t.b",)
    assert len(proof.back_residual.dump) == 2
    assert not proof.is_proven


async def test_the_order_of_columns_is_no_residue(prove_case: Prove) -> None:
    target = "CREATE TABLE t (b int, id int PRIMARY KEY, a text);"

    proof = await prove_case(Case(_T, target, _ADD_B.forward, _ADD_B.back))

    assert proof.is_proven


async def test_what_postgresql_prints_in_two_forms_is_no_residue(prove_case: Prove) -> None:
    source = "CREATE TABLE t (s varchar(9));"
    check = "ADD CONSTRAINT k CHECK"
    printed = "((s)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))"
    proof = await prove_case(
        Case(
            source,
            f"{source} ALTER TABLE t {check} (s IN ('a', 'b'));",
            (f"ALTER TABLE public.t {check} ({printed})",),
            ("ALTER TABLE public.t DROP CONSTRAINT k",),
        )
    )

    assert proof.is_proven


async def test_a_failing_step_is_named(prove_case: Prove) -> None:
    forward = (*_ADD_B.forward, "ALTER TABLE public.t ADD COLUMN c missing")

    proof = await prove_case(Case(_T, _WITH_B, forward))

    failure = proof.forward.failure
    assert failure is not None
    assert (failure.step, failure.sqlstate) == (1, "42704")
    assert 'type "missing" does not exist' in failure.message
    assert len(proof.forward.observations) == 1
    assert proof.forward_residual is None
    assert not proof.is_proven


async def test_a_commit_that_fails_is_told_of_the_last_step(prove_case: Prove) -> None:
    source = """CREATE TABLE p (id int PRIMARY KEY);
      CREATE TABLE t (id int REFERENCES p DEFERRABLE INITIALLY DEFERRED);"""
    forward = ("UPDATE public.t SET id = -1", "CREATE TABLE public.later ()")

    proof = await prove_case(Case(source, source, forward))

    assert proof.setbacks[0].step == 1
    assert proof.setbacks[0].sqlstate == "23503"


async def test_a_value_that_is_rounded_shows_on_the_way_back(prove_case: Prove) -> None:
    wide, narrow = "CREATE TABLE t (n numeric(10, 4));", "CREATE TABLE t (n numeric(10, 2));"
    alter = "ALTER TABLE public.t ALTER COLUMN n TYPE numeric"

    proof = await prove_case(Case(wide, narrow, (f"{alter}(10,2)",), (f"{alter}(10,4)",)))

    assert proof.forward_residual is not None
    assert proof.forward_residual.is_empty
    assert proof.survival[0].back.fate is Fate.COUNTED
    assert proof.survival[0].back.columns == ("n",)
    assert not proof.is_proven


async def test_rows_that_stop_a_plan_are_a_setback_and_others_are_tried(prove_case: Prove) -> None:
    long, short = "CREATE TABLE t (v varchar(50));", "CREATE TABLE t (v varchar(3));"
    alter = "ALTER TABLE public.t ALTER COLUMN v TYPE varchar"

    proof = await prove_case(Case(long, short, (f"{alter}(3)",), (f"{alter}(50)",)))

    assert proof.is_proven
    assert proof.seeding.flavor is Flavor.TAME
    assert [failure.sqlstate for failure in proof.setbacks] == ["22001"]


async def test_texts_are_tried_that_the_new_type_reads(prove_case: Prove) -> None:
    old, new = "CREATE TABLE t (v text);", "CREATE TABLE t (v uuid);"
    alter = "ALTER TABLE public.t ALTER COLUMN v TYPE"

    proof = await prove_case(
        Case(old, new, (f"{alter} uuid USING v::uuid",), (f"{alter} text USING v::text",))
    )

    assert proof.is_proven
    assert proof.seeding.rows == {"public.t": 4}


@pytest.mark.parametrize(
    ("old", "new"),
    [("text", "ltree"), ("text", "tsquery"), ("text[]", "uuid[]")],
)
async def test_texts_are_tried_whatever_the_new_type_says_about_others(
    prove_case: Prove, old: str, new: str
) -> None:
    schema = "CREATE EXTENSION ltree; CREATE TABLE t (v {});"
    alter = "ALTER TABLE public.t ALTER COLUMN v TYPE"
    there, back = f"{alter} {new} USING v::{new}", f"{alter} {old} USING v::{old}"

    proof = await prove_case(Case(schema.format(old), schema.format(new), (there,), (back,)))

    assert proof.is_proven
    assert proof.setbacks
    assert proof.seeding.rows["public.t"] >= 2


async def test_a_statement_that_fails_without_rows_too_is_no_setback(prove_case: Prove) -> None:
    proof = await prove_case(Case(_T, _T, ("SELECT missing FROM public.t",)))

    assert proof.setbacks == ()
    assert proof.seeding.rows == {"public.t": 4}
    assert proof.forward.failure is not None


async def test_labels_that_stay_are_tried_when_one_goes(prove_case: Prove) -> None:
    schema = "CREATE TYPE e AS ENUM ({}); CREATE TABLE t (v e NOT NULL);"
    old, new = schema.format("'a', 'b', 'c'"), schema.format("'a', 'c'")
    forward = (
        "ALTER TYPE public.e RENAME TO old_e",
        "CREATE TYPE public.e AS ENUM ('a', 'c')",
        "ALTER TABLE public.t ALTER COLUMN v TYPE public.e USING v::text::public.e",
        "DROP TYPE public.old_e",
    )
    back = (
        "ALTER TYPE public.e RENAME TO old_e",
        "CREATE TYPE public.e AS ENUM ('a', 'b', 'c')",
        "ALTER TABLE public.t ALTER COLUMN v TYPE public.e USING v::text::public.e",
        "DROP TYPE public.old_e",
    )

    proof = await prove_case(Case(old, new, forward, back))

    assert proof.is_proven
    assert [failure.sqlstate for failure in proof.setbacks] == ["22P02"]
    assert proof.seeding.rows["public.t"] == 4


async def test_only_the_table_whose_rows_stop_the_plan_stays_empty(prove_case: Prove) -> None:
    source = f"{_T} CREATE TABLE u (a int NOT NULL CHECK (a < 5));"
    check = "ALTER TABLE public.u ADD CONSTRAINT c CHECK (a > 50)"
    about_u = replace(step(check), subject=Identity("constraint", ("public", "u", "c")))

    proof = await prove_case(
        Case(
            source,
            f"{source} ALTER TABLE u ADD CONSTRAINT c CHECK (a > 50);",
            (about_u,),
            ("ALTER TABLE public.u DROP CONSTRAINT c",),
        )
    )

    assert proof.is_proven
    assert proof.seeding.rows == {"public.t": 4}
    assert proof.seeding.unseeded == {"public.u": "its rows stop the plan"}
    assert {failure.sqlstate for failure in proof.setbacks} == {"23514"}


async def test_rows_respect_what_the_target_demands(prove_case: Prove) -> None:
    source = "CREATE TABLE t (id int PRIMARY KEY, k text, n int);"
    target = """CREATE TABLE t (
      id int PRIMARY KEY, k text NOT NULL CONSTRAINT c CHECK (k IN ('x', 'y')), n int);"""
    forward = (
        "ALTER TABLE public.t ADD CONSTRAINT c CHECK (k IN ('x', 'y'))",
        "ALTER TABLE public.t ALTER COLUMN k SET NOT NULL",
    )
    back = (
        "ALTER TABLE public.t DROP CONSTRAINT c",
        "ALTER TABLE public.t ALTER COLUMN k DROP NOT NULL",
    )

    proof = await prove_case(Case(source, target, forward, back))

    assert proof.is_proven
    assert proof.setbacks == ()
    assert proof.seeding.rows == {"public.t": 4}


async def test_rows_are_found_under_the_new_name_of_their_table(prove_case: Prove) -> None:
    source, target = _T, "CREATE TABLE u (id int CONSTRAINT t_pkey PRIMARY KEY, z text);"
    pairs = {
        _TABLE: Identity("table", ("public", "u")),
        Identity("column", ("public", "t", "a")): Identity("column", ("public", "u", "z")),
    }
    forward = ("ALTER TABLE public.t RENAME TO u", "ALTER TABLE public.u RENAME COLUMN a TO z")
    back = ("ALTER TABLE public.u RENAME COLUMN z TO a", "ALTER TABLE public.u RENAME TO t")

    proof = await prove_case(
        Case(source, target, forward, back), ProofOptions(renames=Renames(pairs))
    )

    assert proof.survival[0].forward.fate is Fate.UNCHANGED


async def test_rows_are_found_under_the_new_name_of_their_schema(prove_case: Prove) -> None:
    pairs = {Identity("schema", ("a",)): Identity("schema", ("b",))}
    table = "CREATE SCHEMA {0}; CREATE TABLE {0}.t (id int, v text NOT NULL);"
    forward, back = ("ALTER SCHEMA a RENAME TO b",), ("ALTER SCHEMA b RENAME TO a",)

    proof = await prove_case(
        Case(table.format("a"), table.format("b"), forward, back),
        ProofOptions(renames=Renames(pairs)),
    )

    assert proof.is_proven
    assert proof.survival[0].forward.fate is Fate.UNCHANGED


async def test_rows_that_leave_with_their_partition_are_not_lost(prove_case: Prove) -> None:
    parts = """CREATE TABLE t (a int) PARTITION BY LIST (a);
      CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1);"""
    source = f"{parts} CREATE TABLE t2 PARTITION OF t FOR VALUES IN (2);"
    forward = ("ALTER TABLE public.t DETACH PARTITION public.t2",)
    back = ("ALTER TABLE public.t ATTACH PARTITION public.t2 FOR VALUES IN (2)",)

    proof = await prove_case(Case(source, f"{parts} CREATE TABLE t2 (a int);", forward, back))

    assert proof.is_proven
    assert proof.survival[0].rows == 4
    assert proof.survival[0].forward.fate is Fate.UNCHANGED


async def test_a_statement_outside_a_transaction_is_told_by_fixed_facts(prove_case: Prove) -> None:
    proof = await prove_case(
        Case(
            _T,
            f"{_T} CREATE INDEX i ON t (a);",
            (outside("CREATE INDEX CONCURRENTLY i ON public.t (a)"),),
            (outside("DROP INDEX CONCURRENTLY public.i"),),
        )
    )

    [built], [dropped] = proof.forward.observations, proof.back.observations
    assert proof.is_proven
    assert built.evidence is Evidence.FIXED
    assert built.locks == {"public.t": LockMode.SHARE_UPDATE_EXCLUSIVE}
    assert built.scanned == {"public.t"}
    assert dropped.locks.keys() == {"public.t", "public.i"}


async def test_an_index_that_is_not_valid_is_a_residue(prove_case: Prove) -> None:
    source = "CREATE TABLE t (a int) PARTITION BY LIST (a); CREATE TABLE t1 PARTITION OF t DEFAULT;"

    proof = await prove_case(
        Case(
            source,
            f"{source} CREATE INDEX i ON t (a);",
            (
                "CREATE INDEX i ON ONLY public.t (a)",
                "CREATE INDEX t1_a_idx ON public.t1 (a)",
            ),
            ("DROP INDEX public.i", "DROP INDEX public.t1_a_idx"),
        )
    )

    assert proof.forward_residual is not None
    assert "~ index:public.i: is_valid is False and should be True" in (
        proof.forward_residual.catalog
    )


async def test_a_backfill_that_commits_by_itself_runs(prove_case: Prove) -> None:
    fill = """DO $$ BEGIN
      UPDATE public.t SET b = 7; COMMIT; UPDATE public.t SET b = id; COMMIT; END $$"""
    check = "ALTER TABLE public.t ADD CONSTRAINT c CHECK (b = id)"
    target = f"{_WITH_B} ALTER TABLE t ADD CONSTRAINT c CHECK (b = id);"

    proof = await prove_case(Case(_T, target, (*_ADD_B.forward, outside(fill), check), _ADD_B.back))

    assert proof.is_proven
    assert proof.forward.observations[1].locks == {"public.t": LockMode.ROW_EXCLUSIVE}


async def test_settings_of_a_transaction_hold(prove_case: Prove) -> None:
    body = "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT x FROM missing'"
    forward = ("SET LOCAL check_function_bodies = off", body)

    proof = await prove_case(Case("", f"{body};", forward, ("DROP FUNCTION public.f()",)))

    assert proof.is_proven


async def test_a_timeout_of_the_plan_ends_a_statement(prove_case: Prove) -> None:
    forward = ("SET LOCAL statement_timeout = '50ms'", "SELECT pg_sleep(30)")

    proof = await prove_case(Case("", "", forward))

    assert proof.forward.failure is not None
    assert proof.forward.failure.sqlstate == "57014"


async def test_an_index_of_one_segment_is_no_news_to_the_next(prove_case: Prove) -> None:
    two = f"{_T} CREATE TABLE u (a int);"
    forward = (
        "ALTER TABLE public.t ADD COLUMN b int",
        "CREATE INDEX i ON public.u (a)",
        "COMMENT ON TABLE public.t IS 'x'",
    )

    proof = await prove_case(Case(two, two, forward))

    assert [each.locks for each in proof.forward.observations] == [
        {"public.t": LockMode.ACCESS_EXCLUSIVE},
        {"public.u": LockMode.SHARE},
        {"public.t": LockMode.ACCESS_EXCLUSIVE},
    ]


async def test_a_table_without_rows_is_named_with_the_reason(prove_case: Prove) -> None:
    source = "CREATE TABLE t (a int CHECK (a > 5 AND a < 5), b int NOT NULL CHECK (b IS NULL));"

    proof = await prove_case(Case(source, source))

    assert proof.seeding.rows == {}
    assert "violates check constraint" in proof.seeding.unseeded["public.t"]
    assert proof.is_proven


async def test_triggers_and_forced_policies_stay_as_they_were(prove_case: Prove) -> None:
    source = """
      CREATE TABLE t (a int NOT NULL);
      CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''no''; END';
      CREATE TRIGGER one BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION no();
      CREATE TRIGGER two BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION no();
      CREATE TRIGGER three BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION no();
      ALTER TABLE t ENABLE ALWAYS TRIGGER two; ALTER TABLE t DISABLE TRIGGER three;
      ALTER TABLE t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;"""

    proof = await prove_case(Case(source, source))

    assert proof.seeding.rows == {"public.t": 4}
    assert proof.is_proven


async def test_values_that_the_operator_fills_in_are_proven_with_placeholders(
    prove_case: Prove,
) -> None:
    source = "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;"
    mapping = "CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (password {}, x {})"
    identity = Identity("user_mapping", ("public",), of=Identity("server", ("s",)))
    head, clauses = "CREATE USER MAPPING FOR PUBLIC SERVER s", {"password": "fill_in.p"}
    whole = step(filled(head, {**clauses, "x": "fill_in.x"}))
    drop = ("DROP USER MAPPING FOR PUBLIC SERVER s",)
    target = source + mapping.format("'secret'", "'it''s'")

    right = await prove_case(Case(source, target, (replace(whole, subject=identity),), drop))
    less = replace(whole, sql=filled(head, clauses), subject=identity)
    lacking = await prove_case(Case(source, target, (less,), drop))
    guessed = await prove_case(Case(source, target, (mapping.format("'x'", "'y'"),), drop))

    assert right.is_proven
    assert not lacking.is_proven
    assert not guessed.is_proven
    assert "secret" not in str((right, lacking, guessed))
