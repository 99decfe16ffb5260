"""Keys, indexes and foreign keys that change: the new one is ready before the old one goes."""

import pytest

from server.engines.migration.context import Strategy
from server.engines.migration.generate import Generated
from server.engines.migration.hazard import HazardKind
from server.engines.postgres.shadow import Shadow
from tests.engines.migration.proving import proven, read_or_written_under_a_lock, together

pytestmark = pytest.mark.anyio

_REFERENCED = (
    "CREATE TABLE t (a int, b int, CONSTRAINT u UNIQUE (a));"
    "CREATE TABLE r (x int CONSTRAINT f REFERENCES t (a));"
)
_HOSTILE = """CREATE TABLE "T a""b" ("c""1" int NOT NULL, d int NOT NULL,
  CONSTRAINT "pk""; drop" PRIMARY KEY ({}));
  COMMENT ON CONSTRAINT "pk""; drop" ON "T a""b" IS 'it''s';
  COMMENT ON INDEX "pk""; drop" IS 'that, too';"""
_INDEXED = """CREATE TABLE t (a int, b int); CREATE UNIQUE INDEX i ON t (a);
  CREATE TABLE r (x int REFERENCES t (a))"""
_CHANGES = {
    "a primary key over more columns": (
        "CREATE TABLE t (a int PRIMARY KEY, b int NOT NULL)",
        "CREATE TABLE t (a int NOT NULL, b int NOT NULL, PRIMARY KEY (a, b))",
    ),
    "a primary key of another name over another column": (
        "CREATE TABLE t (a int NOT NULL, b int NOT NULL, CONSTRAINT p PRIMARY KEY (a))",
        "CREATE TABLE t (a int NOT NULL, b int NOT NULL, CONSTRAINT q PRIMARY KEY (b))",
    ),
    "a primary key that only becomes unique": (
        "CREATE TABLE t (a int NOT NULL, b int NOT NULL, CONSTRAINT k PRIMARY KEY (a))",
        "CREATE TABLE t (a int NOT NULL, b int NOT NULL, CONSTRAINT k UNIQUE (a), PRIMARY KEY (b))",
    ),
    "a key that others point at": (
        _REFERENCED,
        _REFERENCED.replace("UNIQUE (a)", "UNIQUE NULLS NOT DISTINCT (a)"),
    ),
    "a deferrable key": (
        "CREATE TABLE t (a int, CONSTRAINT u UNIQUE (a))",
        "CREATE TABLE t (a int, CONSTRAINT u UNIQUE (a) DEFERRABLE INITIALLY DEFERRED)",
    ),
    "a key under another name": (
        "CREATE TABLE t (a int, b int, CONSTRAINT u UNIQUE (a))",
        "CREATE TABLE t (a int, b int, CONSTRAINT v UNIQUE (b))",
    ),
    "an index instead of a key": (
        "CREATE TABLE t (a int, CONSTRAINT u UNIQUE (a))",
        "CREATE TABLE t (a int); CREATE UNIQUE INDEX u ON t (a)",
    ),
    "a key instead of an index over less": (
        "CREATE TABLE t (a int, b int); CREATE UNIQUE INDEX u ON t (a)",
        "CREATE TABLE t (a int, b int, CONSTRAINT u UNIQUE (a, b))",
    ),
    "an index that others point at": (
        _INDEXED,
        _INDEXED.replace("ON t (a);", "ON t (a) INCLUDE (b);"),
    ),
    "names made to break quotes": (
        _HOSTILE.format('"c""1"'),
        _HOSTILE.format('d, "c""1"'),
    ),
}


def _in_schemas(side: int) -> str:
    """Return all changes as one schema, each in a namespace of its own."""
    return ";".join(
        f'CREATE SCHEMA "{name}"; SET search_path TO "{name}"; {pair[side]}'
        for name, pair in _CHANGES.items()
    )


async def test_nobody_waits_while_the_successor_of_a_key_is_built(shadow: Shadow) -> None:
    found = await proven(shadow, _in_schemas(0), _in_schemas(1))

    assert [*read_or_written_under_a_lock(found)] == []
    assert [name for name in _CHANGES if not _is_never_without(found, name)] == []


def _is_never_without(found: Generated, schema: str) -> bool:
    """Whether nothing is dropped before the last index was built."""
    words = [" ".join(each.sql.split()) for each in found.draft.steps if schema in each.sql]
    builds = [n for n, sql in enumerate(words) if "INDEX CONCURRENTLY" in sql and "CREATE" in sql]
    drops = [n for n, sql in enumerate(words) if "DROP" in sql]
    return max(builds) < min(drops)


async def test_an_old_key_goes_in_the_transaction_in_which_the_new_one_comes(
    shadow: Shadow,
) -> None:
    old, new = _CHANGES["a key that others point at"]

    found = await proven(shadow, old, new)

    statements = together(found, 'DROP CONSTRAINT "u"')
    assert [each.partition(' "public"."')[2][0] for each in statements] == ["r", "t", "t", "r"]
    assert statements[2].endswith('ADD CONSTRAINT "u" UNIQUE USING INDEX "u_new"')
    assert statements[3].endswith("NOT VALID")


async def test_a_unique_index_that_is_there_becomes_a_key_as_it_is(shadow: Shadow) -> None:
    table = "CREATE TABLE t (a int NOT NULL);"

    for strategy in Strategy:
        found = await proven(
            shadow,
            f"{table} CREATE UNIQUE INDEX k ON t (a)",
            f"{table} ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY (a)",
            strategy,
        )

        assert len(found.draft.steps) == 1


async def test_a_changed_foreign_key_is_checked_beside_the_old_one(shadow: Shadow) -> None:
    old = "CREATE TABLE t (a int PRIMARY KEY); CREATE TABLE r (x int CONSTRAINT f REFERENCES t);"
    said = "COMMENT ON CONSTRAINT f ON r IS 'stays'"
    new = old.replace("REFERENCES t", "REFERENCES t ON DELETE CASCADE")

    found = await proven(shadow, old + said, new + said)

    assert [*read_or_written_under_a_lock(found)] == []
    validation = next(n for n, e in enumerate(found.draft.steps) if "VALIDATE" in e.sql)
    assert not any("DROP" in step.sql for step in found.draft.steps[:validation])
    assert len(together(found, "VALIDATE")) == 1
    assert len(together(found, "DROP CONSTRAINT")) == 3


async def test_columns_that_no_key_is_over_any_more_are_named_to_programs(shadow: Shadow) -> None:
    old, new = _CHANGES["a primary key over more columns"]

    found = await proven(shadow, old, new)

    hazards = [h for step in found.draft.steps for h in step.hazards]
    broken = [each.message for each in hazards if each.kind is HazardKind.BREAKS_CLIENTS]
    assert len(broken) == 1
    assert 'ON CONFLICT ("a")' in broken[0]
