"""Reading a schema takes time that grows with it, and no faster."""

import re

import pytest

from server.engines.catalog.reader import Reader
from server.engines.catalog.registry import readers
from server.engines.postgres.session import Session
from server.engines.postgres.shadow import Shadow

pytestmark = pytest.mark.anyio

_TABLES = 150
_SCHEMA = """
DO $$ BEGIN FOR n IN 1 .. 150 LOOP
  EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, a int UNIQUE, b text DEFAULT ''x'',
    CHECK (a > 0)); CREATE INDEX ON t%s (b); CREATE VIEW v%s AS SELECT * FROM t%s;
    COMMENT ON TABLE t%s IS ''one''; GRANT SELECT ON t%s TO PUBLIC', n, n, n, n, n, n);
END LOOP; END $$
"""
_COMPARED = re.compile(r"Rows Removed by Join Filter: (\d+)")


async def test_no_kind_compares_all_its_rows_with_each_other(shadow: Shadow) -> None:
    async with (
        shadow.cluster() as cluster,
        cluster.database() as database,
        await database.connect(settings={"search_path": "public"}) as session,
    ):
        await session.script(_SCHEMA)

        compared = {each.fact.kind: await _compared(each, session) for each in readers()}

    assert {kind for kind, rows in compared.items() if rows > _TABLES * _TABLES} == set()


async def _compared(reader: Reader, session: Session) -> int:
    """Return how many pairs of rows a join looked at for nothing."""
    query = f"EXPLAIN (ANALYZE, TIMING OFF) {reader.query(session.major)}"
    text = "\n".join(row["QUERY PLAN"] for row in await session.rows(query))
    return max(map(int, _COMPARED.findall(text)), default=0)
