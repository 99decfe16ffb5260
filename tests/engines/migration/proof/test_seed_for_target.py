"""Rows that satisfy what a schema demands, and what it will demand once the plan has run."""

from collections.abc import Awaitable, Callable

import pytest

from server.engines.migration.proof.clones import cloned
from server.engines.migration.proof.seed.bounds import read_bounds
from server.engines.migration.proof.seed.later import Future
from server.engines.migration.proof.seed.seed import Seeding, SeedRequest, seed
from server.engines.postgres.session import StatementError
from server.engines.postgres.shadow import Shadow
from tests.engines.migration.proof.hand_written import held

pytestmark = pytest.mark.anyio

Change = Callable[[str, str, str], Awaitable[Seeding]]

# A source, a target, and what then must not fail; all rows are to be in `t`.
_CHANGES = {
    "a part of a range": (
        "CREATE TABLE p (at date, n int) PARTITION BY RANGE (at); CREATE TABLE t (at date, n int);",
        """CREATE TABLE p (at date, n int) PARTITION BY RANGE (at);
        CREATE TABLE t PARTITION OF p FOR VALUES FROM ('1999-03-01') TO ('1999-04-01');""",
        "ALTER TABLE p ATTACH PARTITION t FOR VALUES FROM ('1999-03-01') TO ('1999-04-01')",
    ),
    "a part of two columns": (
        """CREATE TABLE p (k text, n bigint) PARTITION BY RANGE (k, n);
        CREATE TABLE t (k text NOT NULL CHECK (k <> 'x'), n bigint);""",
        """CREATE TABLE p (k text, n bigint) PARTITION BY RANGE (k, n);
        CREATE TABLE t (k text NOT NULL, n bigint, CHECK (k <> 'x'));
        ALTER TABLE p ATTACH PARTITION t FOR VALUES FROM ('x', 500) TO ('y', MINVALUE);""",
        "ALTER TABLE p ATTACH PARTITION t FOR VALUES FROM ('x', 500) TO ('y', MINVALUE)",
    ),
    "a part of a list": (
        "CREATE TABLE p (k text) PARTITION BY LIST (k); CREATE TABLE t (k text);",
        """CREATE TABLE p (k text) PARTITION BY LIST (k);
        CREATE TABLE t PARTITION OF p FOR VALUES IN ('it''s', 'b', NULL);""",
        "ALTER TABLE p ATTACH PARTITION t FOR VALUES IN ('it''s', 'b', NULL)",
    ),
    "a part of a part": (
        """CREATE TABLE p (k text, n int) PARTITION BY LIST (k);
        CREATE TABLE p1 PARTITION OF p FOR VALUES IN ('k') PARTITION BY RANGE (n);
        CREATE TABLE t (k text, n int);""",
        """CREATE TABLE p (k text, n int) PARTITION BY LIST (k);
        CREATE TABLE p1 PARTITION OF p FOR VALUES IN ('k') PARTITION BY RANGE (n);
        CREATE TABLE t PARTITION OF p1 FOR VALUES FROM (700) TO (800);""",
        "ALTER TABLE p1 ATTACH PARTITION t FOR VALUES FROM (700) TO (800)",
    ),
    "a part by a number of its own": (
        """CREATE TABLE p (id int NOT NULL) PARTITION BY RANGE (id);
        CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY);""",
        """CREATE TABLE p (id int NOT NULL) PARTITION BY RANGE (id);
        CREATE TABLE t PARTITION OF p FOR VALUES FROM (700) TO (800);""",
        """ALTER TABLE t ALTER id DROP IDENTITY;
        ALTER TABLE p ATTACH PARTITION t FOR VALUES FROM (700) TO (800)""",
    ),
    "a part by hash": (
        """CREATE TABLE p (n int, k text) PARTITION BY HASH (k, n);
        CREATE TABLE t (k text, n int);""",
        """CREATE TABLE p (n int, k text) PARTITION BY HASH (k, n);
        CREATE TABLE t PARTITION OF p FOR VALUES WITH (MODULUS 4, REMAINDER 3);""",
        "ALTER TABLE p ATTACH PARTITION t FOR VALUES WITH (MODULUS 4, REMAINDER 3)",
    ),
    "a part by hash of a part": (
        """CREATE TABLE p (k text, n int) PARTITION BY LIST (k);
        CREATE TABLE p1 PARTITION OF p FOR VALUES IN ('k') PARTITION BY HASH (n);
        CREATE TABLE t (k text, n int);""",
        """CREATE TABLE p (k text, n int) PARTITION BY LIST (k);
        CREATE TABLE p1 PARTITION OF p FOR VALUES IN ('k') PARTITION BY HASH (n);
        CREATE TABLE t PARTITION OF p1 FOR VALUES WITH (MODULUS 2, REMAINDER 0);""",
        "ALTER TABLE p1 ATTACH PARTITION t FOR VALUES WITH (MODULUS 2, REMAINDER 0)",
    ),
    "a table that is split": (
        "CREATE TABLE t (k text, n int);",
        """CREATE TABLE t (k text, n int) PARTITION BY LIST (k);
        CREATE TABLE t1 PARTITION OF t FOR VALUES IN ('one');
        CREATE TABLE t2 PARTITION OF t FOR VALUES IN ('two');""",
        """CREATE TABLE s (k text, n int) PARTITION BY LIST (k);
        CREATE TABLE s1 PARTITION OF s FOR VALUES IN ('one');
        CREATE TABLE s2 PARTITION OF s FOR VALUES IN ('two'); INSERT INTO s SELECT * FROM t;""",
    ),
    "the rest beside a new part": (
        """CREATE TABLE t (k text) PARTITION BY LIST (k);
        CREATE TABLE rest PARTITION OF t DEFAULT;""",
        """CREATE TABLE t (k text) PARTITION BY LIST (k);
        CREATE TABLE rest PARTITION OF t DEFAULT;
        CREATE TABLE new PARTITION OF t FOR VALUES IN ('alpha', 'Beta b');""",
        "CREATE TABLE new PARTITION OF t FOR VALUES IN ('alpha', 'Beta b')",
    ),
    "a unique flag": (
        "CREATE TABLE t (a bool NOT NULL, b text);",
        "CREATE TABLE t (a bool NOT NULL UNIQUE, b text);",
        "ALTER TABLE t ADD UNIQUE (a)",
    ),
    "a unique pair without NULL twice": (
        "CREATE TABLE t (a bool, b bool);",
        "CREATE TABLE t (a bool, b bool); CREATE UNIQUE INDEX ON t (a, b) NULLS NOT DISTINCT;",
        "CREATE UNIQUE INDEX ON t (a, b) NULLS NOT DISTINCT",
    ),
    "a key to a table that comes": (
        "CREATE TABLE t (k text, n int);",
        """CREATE TABLE kinds (k text PRIMARY KEY);
        CREATE TABLE t (k text REFERENCES kinds, n int);""",
        """CREATE TABLE kinds (k text PRIMARY KEY);
        ALTER TABLE t ADD FOREIGN KEY (k) REFERENCES kinds""",
    ),
    "a key to a column that comes": (
        "CREATE TABLE kinds (n int); CREATE TABLE t (k text, n int);",
        """CREATE TABLE kinds (n int, k text UNIQUE);
        CREATE TABLE t (k text REFERENCES kinds (k), n int);""",
        """ALTER TABLE kinds ADD k text UNIQUE;
        ALTER TABLE t ADD FOREIGN KEY (k) REFERENCES kinds (k)""",
    ),
    "a domain that demands more": (
        "CREATE DOMAIN code AS text; CREATE DOMAIN short AS code; CREATE TABLE t (a short);",
        """CREATE DOMAIN code AS text NOT NULL CHECK (VALUE ~ '^[A-Z]{3}$');
        CREATE DOMAIN short AS code; CREATE TABLE t (a short);""",
        """ALTER DOMAIN code ADD CHECK (VALUE ~ '^[A-Z]{3}$'); ALTER DOMAIN code SET NOT NULL""",
    ),
}


@pytest.fixture
def change(shadow: Shadow) -> Change:
    """Fill a clone of the source, and then change it there."""

    async def run(source: str, target: str, statements: str) -> Seeding:
        async with (
            shadow.cluster() as cluster,
            held(cluster, source) as old,
            held(cluster, target) as new,
            cloned(old) as clone,
        ):
            future = Future(old.catalog, new.catalog, bounds=await read_bounds(new))
            seeding = await seed(clone, SeedRequest(future))
            await clone.worker.script(statements)
            return seeding

    return run


@pytest.mark.parametrize(("source", "target", "statements"), _CHANGES.values(), ids=_CHANGES.keys())
async def test_rows_fit_the_table_that_theirs_becomes(
    change: Change, source: str, target: str, statements: str
) -> None:
    seeding = await change(source, target, statements)

    assert seeding.rows["public.t"] >= 2


async def test_rows_are_found_where_no_rows_fit_both(change: Change) -> None:
    source = "CREATE TABLE t (a int NOT NULL CHECK (a < 5));"

    with pytest.raises(StatementError, match="is violated by some row"):
        await change(
            source, "CREATE TABLE t (a int CHECK (a > 50));", "ALTER TABLE t ADD CHECK (a > 50)"
        )
