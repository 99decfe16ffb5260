"""Losses of rows and values that no step tells of, whatever else the steps tell."""

import pytest

from server.engines.catalog.identity import Identity
from server.engines.migration.action import Mode
from server.engines.migration.hazard import Hazard, HazardKind, data_loss
from server.engines.migration.proof.prove import ProofOptions
from server.engines.migration.proof.seed.demands import Renames
from server.engines.migration.step import Step
from tests.engines.migration.proof.conftest import Prove
from tests.engines.migration.proof.hand_written import Case, step

pytestmark = pytest.mark.anyio

_T = "CREATE TABLE t (id int PRIMARY KEY, a text);"
_EMPTY_T = "DELETE FROM public.t"
_TABLE = Identity("table", ("public", "t"))
_COLUMN = Identity("column", ("public", "t", "a"))


def _losing(sql: str, *subjects: Identity) -> Step:
    losses: list[Hazard] = [data_loss(each, "is lost") for each in subjects]
    return step(sql, Mode.TRANSACTIONAL, *losses)


@pytest.mark.parametrize(
    "other",
    [
        Identity("sequence", ("public", "s")),
        Identity("extension", ("citext",)),
        Identity("foreign_server", ("s",)),
        Identity("schema", ("public",)),
        Identity("table", ("public", "u")),
        _COLUMN,
    ],
    ids=str,
)
async def test_a_loss_of_something_else_excuses_no_lost_rows(
    prove_case: Prove, other: Identity
) -> None:
    proof = await prove_case(Case(_T, _T, (_losing(_EMPTY_T, other),)))

    assert proof.unexpected == ("public.t",)
    assert not proof.is_proven


async def test_what_a_crash_may_empty_later_excuses_no_rows_that_are_lost_now(
    prove_case: Prove,
) -> None:
    crash = Hazard(HazardKind.CRASH, _TABLE, "a crash empties it")

    proof = await prove_case(Case(_T, _T, (step(_EMPTY_T, Mode.TRANSACTIONAL, crash),)))

    assert proof.unexpected == ("public.t",)


@pytest.mark.parametrize(
    "other",
    [
        Identity("column", ("public", "t", "id")),
        Identity("column", ("public", "u", "a")),
        Identity("attribute", ("public", "pair", "a")),
        _TABLE,
    ],
    ids=str,
)
async def test_a_loss_of_something_else_excuses_no_changed_values(
    prove_case: Prove, other: Identity
) -> None:
    silent = _losing("UPDATE public.t SET a = 'x'", other)

    proof = await prove_case(Case(_T, _T, (silent,)))

    assert proof.unexpected == ("public.t",)


async def test_the_loss_of_a_column_tells_of_what_is_generated_from_it(prove_case: Prove) -> None:
    source = "CREATE TABLE t (id int, a text, b text GENERATED ALWAYS AS (a || '!') STORED);"
    back = ("ALTER TABLE public.t ADD a text, ADD b text GENERATED ALWAYS AS (a || '!') STORED",)
    gone = _losing("ALTER TABLE public.t DROP b, DROP a", _COLUMN)

    proof = await prove_case(Case(source, "CREATE TABLE t (id int);", (gone,), back))

    assert proof.is_proven


async def test_what_is_lost_there_is_not_excused_by_what_the_way_back_tells(
    prove_case: Prove,
) -> None:
    proof = await prove_case(Case(_T, _T, (_EMPTY_T,), (_losing("SELECT 1", _TABLE),)))

    assert proof.unexpected == ("public.t",)


async def test_what_is_lost_on_the_way_back_is_not_excused_by_what_the_way_there_tells(
    prove_case: Prove,
) -> None:
    proof = await prove_case(Case(_T, _T, (_losing("SELECT 1", _TABLE),), (_EMPTY_T,)))

    assert proof.unexpected == ("public.t",)


async def test_values_that_were_there_after_the_way_there_are_lost_on_the_way_back(
    prove_case: Prove,
) -> None:
    back = "UPDATE public.t SET a = 'x'"

    proof = await prove_case(Case(_T, _T, (_losing("SELECT 1", _COLUMN),), (back,)))

    assert proof.unexpected == ("public.t",)


async def test_a_loss_is_told_by_the_name_that_it_has_after_the_renames(prove_case: Prove) -> None:
    source, target = "CREATE TABLE t (a text);", "CREATE TABLE u (a text);"
    gone = _losing("DELETE FROM public.u", Identity("table", ("public", "u")))
    forward = ("ALTER TABLE public.t RENAME TO u", gone)
    pairs = {_TABLE: Identity("table", ("public", "u"))}

    proof = await prove_case(
        Case(source, target, forward, ("ALTER TABLE public.u RENAME TO t",)),
        ProofOptions(renames=Renames(pairs)),
    )

    assert proof.is_proven


async def test_the_loss_of_a_partition_tells_of_rows_of_the_whole(prove_case: Prove) -> None:
    parts = """CREATE TABLE t (a int) PARTITION BY LIST (a);
      CREATE TABLE m PARTITION OF t FOR VALUES IN (1, 2) PARTITION BY LIST (a);
      CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1);"""
    source = f"{parts} CREATE TABLE m2 PARTITION OF m FOR VALUES IN (2);"
    gone = _losing("DROP TABLE public.m2", Identity("table", ("public", "m2")))
    back = ("CREATE TABLE public.m2 PARTITION OF public.m FOR VALUES IN (2)",)

    proof = await prove_case(Case(source, parts, (gone,), back))

    assert proof.is_proven


async def test_the_loss_of_an_attribute_tells_of_values_of_the_columns_that_hold_it(
    prove_case: Prove,
) -> None:
    tables = "CREATE TABLE t (id int, p pair); CREATE TABLE u (id int, ps pair[]);"
    source = f"CREATE TYPE pair AS (a int, b int); {tables}"
    target = f"CREATE TYPE pair AS (a int); {tables}"
    attribute = Identity("attribute", ("public", "pair", "b"))
    gone = _losing("ALTER TYPE public.pair DROP ATTRIBUTE b", attribute)
    back = ("ALTER TYPE public.pair ADD ATTRIBUTE b int",)

    told = await prove_case(Case(source, target, (gone,), back))
    silent = await prove_case(Case(source, target, (gone.sql,), back))

    assert told.is_proven
    assert silent.unexpected == ("public.t", "public.u")


async def test_the_loss_of_an_extension_tells_of_values_of_its_types(prove_case: Prove) -> None:
    source = "CREATE EXTENSION citext; CREATE TABLE t (id int, a citext);"
    target = "CREATE TABLE t (id int);"
    gone = _losing("DROP EXTENSION citext CASCADE", Identity("extension", ("citext",)))
    back = ("CREATE EXTENSION citext", "ALTER TABLE public.t ADD COLUMN a public.citext")

    proof = await prove_case(Case(source, target, (gone,), back))

    assert proof.is_proven


async def test_the_loss_of_a_column_tells_of_values_of_its_heirs(prove_case: Prove) -> None:
    def schema(precision: str) -> str:
        return f"CREATE TABLE p (a numeric{precision}); CREATE TABLE t (b int) INHERITS (p);"

    alter = "ALTER TABLE public.p ALTER COLUMN a TYPE numeric"
    rounded = _losing(f"{alter}(10,1)", Identity("column", ("public", "p", "a")))

    proof = await prove_case(
        Case(schema("(10,4)"), schema("(10,1)"), (rounded,), (f"{alter}(10,4)",))
    )

    assert proof.is_proven


async def test_rows_that_the_way_back_brings_in_are_unexpected(prove_case: Prove) -> None:
    more = _losing("INSERT INTO public.t VALUES (-1)", _TABLE, _COLUMN)

    proof = await prove_case(Case(_T, _T, (), (more,)))

    assert proof.unexpected == ("public.t",)
