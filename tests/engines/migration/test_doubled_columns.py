"""What is over a column, set on it or granted goes with it when it gets another type in use."""

from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager

import pytest

from server.engines.catalog.read import read_catalog
from server.engines.migration.hazard import HazardKind
from server.engines.migration.planner import counted, steps
from server.engines.migration.step import Step, Verb
from server.engines.postgres.session import Session, StatementError
from server.engines.postgres.shadow import Shadow
from tests.engines.migration.proving import proven, read_or_written_under_a_lock
from tests.engines.migration.test_planner import planned

pytestmark = pytest.mark.anyio

_CHECKED = """
CREATE TABLE o (id int PRIMARY KEY, amount int NOT NULL DEFAULT 1 CHECK (amount > 0),
  "st""at" int CHECK ("st""at" IN (1, 2, 3)), low int, high int, note text,
  CONSTRAINT "r;r" CHECK (low <= high) NO INHERIT);
ALTER TABLE o ADD CONSTRAINT later CHECK (amount < 1000000) NOT VALID;
COMMENT ON CONSTRAINT "r;r" ON o IS 'it''s';
"""
_INDEXED = """
CREATE TABLE o (id int PRIMARY KEY, amount int, status text, code int, note text);
CREATE INDEX part ON o (note) WHERE amount > 10 AND status = 'open';
CREATE INDEX given ON o (abs(amount), lower(note) DESC) INCLUDE (code) WHERE code IN (1, 2);
CREATE INDEX classes ON o USING brin (amount int4_minmax_multi_ops, note);
CREATE INDEX patterns ON o (note text_pattern_ops, amount DESC NULLS LAST);
CREATE UNIQUE INDEX once ON o (code, amount) NULLS NOT DISTINCT WHERE code > amount;
ALTER INDEX given ALTER COLUMN 1 SET STATISTICS 77;
COMMENT ON INDEX part IS 'few';
"""
_KEYED = """
CREATE TABLE t (tenant int NOT NULL, id int NOT NULL, place int, a text, PRIMARY KEY (tenant, id),
  CONSTRAINT p UNIQUE (tenant, place) DEFERRABLE INITIALLY IMMEDIATE,
  UNIQUE (id) INCLUDE (tenant));
CREATE TABLE l (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant int, t_id int, prev int,
  CONSTRAINT f FOREIGN KEY (tenant, t_id) REFERENCES t (tenant, id) ON DELETE SET NULL (t_id)
    DEFERRABLE,
  FOREIGN KEY (prev) REFERENCES t (id) MATCH FULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED);
COMMENT ON CONSTRAINT p ON t IS 'p';
ALTER TABLE t REPLICA IDENTITY USING INDEX t_pkey, CLUSTER ON t_pkey;
"""
_SET = """
CREATE TABLE o (id int PRIMARY KEY, amount int, n varchar(9), note text);
CREATE STATISTICS st ON amount, note FROM o;
CREATE FUNCTION total() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT sum(amount) FROM o; END;
ALTER TABLE o ALTER amount SET STATISTICS 500, ALTER amount SET (n_distinct = 5);
ALTER TABLE o ALTER n SET STORAGE EXTERNAL, ALTER n SET COMPRESSION pglz;
GRANT SELECT (amount), UPDATE (amount, note) ON o TO PUBLIC;
"""


def _wider(text: str) -> str:
    return text.replace(" int", " bigint").replace("bigint4", "int8")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (_CHECKED, _wider(_CHECKED)),
        (_INDEXED, _wider(_INDEXED)),
        (_KEYED, _wider(_KEYED)),
        (_SET, _wider(_SET).replace("varchar(9)", "text").replace("500", "400")),
    ],
    ids=["checks", "indexes", "keys", "settings and privileges"],
)
async def test_what_is_over_a_column_goes_with_it_without_a_long_lock(
    shadow: Shadow, old: str, new: str
) -> None:
    found = await proven(shadow, old, new)

    assert [*read_or_written_under_a_lock(found)] == []
    assert {step.phase for step in found.draft.steps} == {1, 2}
    assert found.proof.seeding.rows
    assert not found.proof.setbacks
    assert not [
        each
        for step in found.draft.steps
        for each in step.hazards
        if each.kind is HazardKind.AUTHORIZATION
    ]


async def test_columns_of_one_table_are_filled_in_one_go(shadow: Shadow) -> None:
    old = "CREATE TABLE t (id int PRIMARY KEY, a int, b int, c int, CHECK (a < c), d numeric(9,3));"

    plan = await planned(shadow, old, _wider(old))

    assert len([step for step in plan if "$backfill$" in step.sql]) == 1


_NULLS = """
CREATE TABLE o (id int PRIMARY KEY, a int, b int NOT NULL, c int CONSTRAINT y NOT NULL,
  d int CONSTRAINT z NOT NULL NO INHERIT);
COMMENT ON CONSTRAINT z ON o IS 'why';
"""
_OTHER_NULLS = """
CREATE TABLE o (id int CONSTRAINT k NOT NULL PRIMARY KEY, a int CONSTRAINT x NOT NULL, b int,
  c int CONSTRAINT yy NOT NULL, d int CONSTRAINT z NOT NULL NO INHERIT);
COMMENT ON CONSTRAINT z ON o IS 'why';
"""


async def test_null_is_refused_only_when_programs_know_the_new_type(shadow: Shadow) -> None:
    found = await proven(shadow, _NULLS, _wider(_OTHER_NULLS))

    refusals = [
        step
        for step in found.draft.steps
        if "ADD CONSTRAINT" in step.sql and "NOT NULL a " in step.sql.replace('"', "")
    ]
    assert [each.phase for each in refusals] == [2]
    assert [*read_or_written_under_a_lock(found)] == []


_USED = """
CREATE TABLE t (id int PRIMARY KEY, tenant int NOT NULL CHECK (tenant > 0), place int, code int,
  CONSTRAINT p UNIQUE (tenant, place) DEFERRABLE);
CREATE UNIQUE INDEX once ON t (code) WHERE tenant = 1;
CREATE TABLE l (t_id int CONSTRAINT f REFERENCES t DEFERRABLE);
"""
_ROWS = """
INSERT INTO t VALUES (1, 1, 1, 7), (2, 1, 2, 8), (3, 2, 1, 7), (4, 2, NULL, 7);
INSERT INTO l VALUES (1), (NULL);
"""
_WRITES = (
    "UPDATE t SET place = 3 - place WHERE tenant = 1",
    "INSERT INTO t (id, tenant, place, code) VALUES (5, 2, 2, 7)",
    "BEGIN; SET CONSTRAINTS f DEFERRED; INSERT INTO l VALUES (6)",
    "INSERT INTO t (id, tenant) VALUES (6, 3); COMMIT",
)
_REFUSED = {
    "INSERT INTO t (id, tenant) VALUES (7, 0)": "t_tenant_check",
    "INSERT INTO t (id, tenant, code) VALUES (7, 1, 7)": "once",
    "INSERT INTO t (id, tenant, place) VALUES (7, 1, 1)": "p",
    "INSERT INTO l VALUES (7)": "f",
}
_CONTENT = (
    "SELECT string_agg(t::text, ' ' ORDER BY id) FROM (SELECT id, tenant, place, code FROM t) t"
)


@asynccontextmanager
async def _used(shadow: Shadow) -> AsyncGenerator[Session, None]:
    async with (
        shadow.cluster() as cluster,
        cluster.database() as database,
        await database.connect(settings={"search_path": "public"}) as session,
    ):
        await session.script(_USED)
        await session.script(_ROWS)
        yield session


async def _run(session: Session, steps: Iterable[Step], *, phase: int) -> None:
    for step in steps:
        if step.phase == phase:
            await session.script(step.sql)


async def _refused_by(session: Session, statement: str) -> str:
    with pytest.raises(StatementError) as refused:
        await session.script(statement)
    return str(refused.value).split('"')[-2]


@pytest.mark.parametrize("phases", [0, 1, 2])
async def test_programs_write_and_are_refused_as_before_in_every_phase(
    shadow: Shadow, phases: int
) -> None:
    plan = await planned(shadow, _USED, _wider(_USED))

    async with _used(shadow) as session:
        for phase in range(1, phases + 1):
            await _run(session, plan, phase=phase)
        for statement in _WRITES:
            await session.script(statement)
        said = {each: await _refused_by(session, each) for each in _REFUSED}
        for phase in range(phases + 1, 3):
            await _run(session, plan, phase=phase)

        assert said == _REFUSED
        assert await session.value(_CONTENT) == (
            "(1,1,2,7) (2,1,1,8) (3,2,1,7) (4,2,,7) (5,2,2,7) (6,3,,)"
        )


async def test_the_first_phase_is_taken_back_and_rows_stay(shadow: Shadow) -> None:
    plan = await planned(shadow, _USED, _wider(_USED))

    async with _used(shadow) as session:
        old = await read_catalog(session)
        await _run(session, plan, phase=1)
        await session.script(_WRITES[1])
        back = steps(await read_catalog(session), old)
        await _run(session, back, phase=1)

        assert counted(await read_catalog(session), old) == ()
        assert await session.value(_CONTENT) == ("(1,1,1,7) (2,1,2,8) (3,2,1,7) (4,2,,7) (5,2,2,7)")


async def test_a_check_that_becomes_another_is_demanded_of_programs_that_know_the_new_type(
    shadow: Shadow,
) -> None:
    new = _wider(_USED).replace("tenant > 0", "tenant > 1")

    found = await proven(shadow, _USED, new)

    phases = {step.phase for step in found.draft.steps if "tenant > 1" in step.sql}
    assert phases == {2}
    assert [*read_or_written_under_a_lock(found)] == []


@pytest.mark.parametrize(
    ("old", "said"),
    [
        ("CREATE TABLE t (n int, EXCLUDE (n WITH =))", "constraint:public.t.t_n_excl"),
        ("CREATE TABLE t (n int PRIMARY KEY DEFERRABLE)", "index:public.t_pkey"),
        ("CREATE TABLE t (n int, m int GENERATED ALWAYS AS (n + 1) STORED)", "column:public.t.m"),
        ("CREATE TABLE t (n int); CREATE TABLE u () INHERITS (t)", "inherits or is inherited"),
    ],
)
async def test_what_cannot_go_along_keeps_the_column_in_place_and_is_named(
    shadow: Shadow, old: str, said: str
) -> None:
    plan = await planned(shadow, old, old.replace("(n int", "(n bigint"))

    assert Verb.PREPARE not in {step.verb for step in plan}
    assert any(
        said in each.message
        for step in plan
        for each in step.hazards
        if each.kind is HazardKind.REWRITE
    )
