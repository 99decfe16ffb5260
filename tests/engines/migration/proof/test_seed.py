"""Rows that respect what tables demand, whatever they demand."""

from collections.abc import Awaitable, Callable

import pytest

from server.engines.migration.proof.clones import cloned
from server.engines.migration.proof.seed.flavor import Flavor, RowsToTry
from server.engines.migration.proof.seed.later import Future
from server.engines.migration.proof.seed.seed import Seeding, SeedRequest, seed
from server.engines.postgres.shadow import Shadow
from tests.engines.migration.proof.hand_written import held

pytestmark = pytest.mark.anyio

Fill = Callable[[str, Flavor], Awaitable[Seeding]]

_TYPES = [
    "bit(3)",
    "bit",
    "bool",
    "box",
    "bytea",
    "char",
    "cidr",
    "circle",
    "date",
    "float4",
    "float8",
    "inet",
    "int2",
    "int4",
    "int8",
    "interval",
    "interval(2)",
    "json",
    "jsonb",
    "jsonpath",
    "line",
    "lseg",
    "macaddr",
    "macaddr8",
    "money",
    "name",
    "numeric",
    "numeric(3)",
    "numeric(4,2)",
    "numeric(2,2)",
    "oid",
    "path",
    "pg_lsn",
    "pg_snapshot",
    "point",
    "polygon",
    "regclass",
    "regtype",
    "text",
    "time",
    "time(0)",
    "timetz",
    "timestamp",
    "timestamp(3)",
    "timestamptz",
    "tsquery",
    "tsvector",
    "uuid",
    "varbit(5)",
    "varchar",
    "varchar(1)",
    "varchar(2)",
    "char(4)",
    '"char"',
    "xid",
    "int4range",
    "numrange",
    "tsrange",
    "tstzrange",
    "daterange",
    "int8range",
    "int4multirange",
    "tstzmultirange",
    "text[]",
    "int[][]",
    "uuid[]",
    "varchar(3)[]",
    "jsonb[]",
    "int4range[]",
    "e",
    "d",
    "dd",
    "c",
    "e[]",
    "c[]",
    "r",
]
_OWN_TYPES = """
CREATE TYPE e AS ENUM ('only', 'it''s "two"');
CREATE DOMAIN d AS text CHECK (VALUE ~ '^[A-Z]{2}[0-9]{3}$') CHECK (length(VALUE) = 5);
CREATE DOMAIN dd AS d NOT NULL CHECK (VALUE <> 'AA777');
CREATE TYPE c AS (a int, "B b" text, e e[]);
CREATE TYPE r AS RANGE (subtype = float8);
"""
_TABLES = {
    "compared columns": "CREATE TABLE t (a date NOT NULL, b date NOT NULL, CHECK (a < b));",
    "a list": "CREATE TABLE t (a varchar(9) NOT NULL CHECK (a IN ('one', 'two')));",
    "bounds": "CREATE TABLE t (a int NOT NULL CHECK (a BETWEEN 1000 AND 1010));",
    "a negative bound": "CREATE TABLE t (a numeric NOT NULL CHECK (a <= -273.15));",
    "a pattern": r"CREATE TABLE t (a text NOT NULL CHECK (a ~* '^[\w.]+@[\w.]+\.\w{2,}$'));",
    "a LIKE": "CREATE TABLE t (a text NOT NULL CHECK (a LIKE 'sk_%\\_live'));",
    "a length": "CREATE TABLE t (a text NOT NULL CHECK (length(a) >= 40));",
    "one of two": "CREATE TABLE t (a int, b int, CHECK (num_nonnulls(a, b) = 1));",
    "implication": "CREATE TABLE t (k text NOT NULL, n int, CHECK (k <> 'x' OR n > 70));",
    "an object": "CREATE TABLE t (j jsonb NOT NULL CHECK (jsonb_typeof(j) = 'object'));",
    "a function": """CREATE FUNCTION f(text) RETURNS bool IMMUTABLE LANGUAGE sql
       AS $$ SELECT $1 LIKE 'usr_%' $$; CREATE TABLE t (a text NOT NULL CHECK (f(a)));""",
    "an exclusion": """CREATE EXTENSION btree_gist; CREATE TABLE t (room int NOT NULL,
       at tstzrange NOT NULL, EXCLUDE USING gist (room WITH =, at WITH &&));""",
    "unique pairs": "CREATE TABLE t (a bool NOT NULL, b int NOT NULL, UNIQUE (a, b));",
    "nulls not distinct": "CREATE TABLE t (a int UNIQUE NULLS NOT DISTINCT);",
    "only defaults": "CREATE TABLE t (id serial PRIMARY KEY);",
    "no columns": "CREATE TABLE t ();",
    "generated": """CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY, a int NOT NULL,
       b int GENERATED ALWAYS AS (a / 2) STORED);""",
    "a parent": """CREATE TABLE p (id uuid PRIMARY KEY);
       CREATE TABLE t (a uuid NOT NULL UNIQUE REFERENCES p);""",
    "keys that overlap": """CREATE TABLE o (id int PRIMARY KEY);
       CREATE TABLE u (o int REFERENCES o, id int, PRIMARY KEY (o, id));
       CREATE TABLE t (o int NOT NULL REFERENCES o, u int NOT NULL, v int NOT NULL,
         FOREIGN KEY (o, u) REFERENCES u, FOREIGN KEY (o, v) REFERENCES u);""",
    "itself": "CREATE TABLE t (id int PRIMARY KEY, up int NOT NULL REFERENCES t);",
    "itself, numbered": """CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
       up int NOT NULL REFERENCES t);""",
    "a circle of options": """CREATE TABLE t (id int PRIMARY KEY, u int);
       CREATE TABLE u (id int PRIMARY KEY, t int NOT NULL REFERENCES t);
       ALTER TABLE t ADD FOREIGN KEY (u) REFERENCES u;""",
    "a deferred circle": """CREATE TABLE t (id int PRIMARY KEY, u int NOT NULL);
       CREATE TABLE u (id int PRIMARY KEY, t int NOT NULL REFERENCES t DEFERRABLE);
       ALTER TABLE t ADD FOREIGN KEY (u) REFERENCES u DEFERRABLE INITIALLY DEFERRED;""",
    "a list of partitions": """CREATE TABLE t (k text) PARTITION BY LIST (k);
       CREATE TABLE t1 PARTITION OF t FOR VALUES IN ('it''s', 'b');""",
    "a range of partitions": """CREATE TABLE t (at timestamptz, n int) PARTITION BY RANGE (at, n);
       CREATE TABLE t1 PARTITION OF t FOR VALUES FROM ('1999-01-01', 5) TO ('1999-02-01', 5);""",
    "hashed partitions": """CREATE TABLE t (k uuid NOT NULL) PARTITION BY HASH (k);
       CREATE TABLE t1 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 0);
       CREATE TABLE t2 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 1);""",
    "few of many remainders": """CREATE TABLE t (k text NOT NULL) PARTITION BY HASH (k);
       CREATE TABLE t1 PARTITION OF t FOR VALUES WITH (MODULUS 300, REMAINDER 17);""",
    "few remainders of an identity": """CREATE TABLE t (
         id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a int) PARTITION BY HASH (id);
       CREATE TABLE t1 PARTITION OF t FOR VALUES WITH (MODULUS 200, REMAINDER 3);""",
    "few remainders of several columns": """CREATE DOMAIN d AS varchar(3);
       CREATE TABLE t (d date NOT NULL, u uuid, c char(3) NOT NULL, w d)
         PARTITION BY HASH (d, u, c);
       CREATE TABLE t1 PARTITION OF t FOR VALUES WITH (MODULUS 100, REMAINDER 99);""",
    "few remainders below a list": """CREATE TABLE t (k text, n int) PARTITION BY LIST (k);
       CREATE TABLE t1 PARTITION OF t FOR VALUES IN ('k') PARTITION BY HASH (n);
       CREATE TABLE t11 PARTITION OF t1 FOR VALUES WITH (MODULUS 90, REMAINDER 7);
       CREATE TABLE t2 PARTITION OF t FOR VALUES IN ('l') PARTITION BY HASH (n);
       CREATE TABLE t21 PARTITION OF t2 FOR VALUES WITH (MODULUS 80, REMAINDER 5);""",
    "few remainders with a check and a key": """CREATE TABLE p (n int PRIMARY KEY);
       CREATE TABLE t (n int NOT NULL CHECK (n > 90), p int NOT NULL REFERENCES p)
         PARTITION BY HASH (n);
       CREATE TABLE t1 PARTITION OF t FOR VALUES WITH (MODULUS 64, REMAINDER 0);""",
    "partitions of partitions": """CREATE TABLE t (k text, n int) PARTITION BY LIST (k);
       CREATE TABLE t1 PARTITION OF t FOR VALUES IN ('k') PARTITION BY RANGE (n);
       CREATE TABLE t11 PARTITION OF t1 FOR VALUES FROM (70) TO (80);""",
    "a partition for the rest": """CREATE TABLE t (k text) PARTITION BY LIST (k);
       CREATE TABLE t1 PARTITION OF t DEFAULT;""",
    "a column with a check and a key": """CREATE TABLE p (k text PRIMARY KEY CHECK (k > 'k'));
       CREATE TABLE t (k text NOT NULL REFERENCES p, n int, CHECK (n > length(k)));""",
    "keywords as names": """CREATE SCHEMA "select"; CREATE TYPE "select"."user" AS ENUM ('x');
       CREATE TABLE t ("order" "select"."user" NOT NULL, "a""b" int CHECK ("a""b" > 8));""",
    "forced policies": """CREATE TABLE t (a int NOT NULL); ALTER TABLE t
       ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;""",
    "another owner": "CREATE TABLE t (a int NOT NULL); ALTER TABLE t OWNER TO somebody;",
    "inheritance": "CREATE TABLE p (a int CHECK (a > 90)); CREATE TABLE t (b int) INHERITS (p);",
}


@pytest.fixture
def fill(shadow: Shadow) -> Fill:
    async def run(schema: str, flavor: Flavor) -> Seeding:
        async with (
            shadow.cluster() as cluster,
            held(cluster, schema) as ground,
            cloned(ground) as clone,
        ):
            future = Future(ground.catalog, ground.catalog)
            return await seed(clone, SeedRequest(future, RowsToTry(flavor)))

    return run


@pytest.mark.parametrize("flavor", [Flavor.RICH, Flavor.TAME])
async def test_values_of_every_type_are_found(fill: Fill, flavor: Flavor) -> None:
    tables = {f"public.t{number}": type_name for number, type_name in enumerate(_TYPES)}
    texts = [f"CREATE TABLE {name} (x {type_name} NOT NULL);" for name, type_name in tables.items()]

    seeding = await fill(_OWN_TYPES + "".join(texts), flavor)

    assert {tables[name]: reason for name, reason in seeding.unseeded.items()} == {}
    assert {tables[name] for name, count in seeding.rows.items() if count < 3} == set()


@pytest.mark.parametrize("schema", _TABLES.values(), ids=_TABLES.keys())
async def test_rows_are_found_for_a_table_that_demands(fill: Fill, schema: str) -> None:
    seeding = await fill(schema, Flavor.RICH)

    assert seeding.unseeded == {}
    assert seeding.rows["public.t"] >= 3


async def test_tables_that_no_row_fits_into_are_named(fill: Fill) -> None:
    seeding = await fill(
        """CREATE TABLE a (x int) PARTITION BY LIST (x);
        CREATE TABLE b (x int NOT NULL, CHECK (x <> x));
        CREATE TABLE c (x int); CREATE RULE r AS ON INSERT TO c DO INSTEAD NOTHING;
        CREATE TABLE d (x int NOT NULL);""",
        Flavor.RICH,
    )

    assert seeding.rows == {"public.d": 4}
    assert seeding.unseeded == {
        "public.a": "it has no partitions",
        "public.b": 'new row for relation "b" violates check constraint "b_x_check"',
        "public.c": "its rows went elsewhere: a trigger or a rule takes them",
    }


async def test_a_circle_that_cannot_be_closed_leaves_other_tables_their_rows(fill: Fill) -> None:
    seeding = await fill(
        """CREATE TABLE a (x int NOT NULL, y int NOT NULL, PRIMARY KEY (x), UNIQUE (y));
        CREATE TABLE b (x int PRIMARY KEY REFERENCES a, y int NOT NULL UNIQUE);
        ALTER TABLE a ADD FOREIGN KEY (y) REFERENCES b (y) DEFERRABLE INITIALLY DEFERRED;
        ALTER TABLE b ADD CHECK (y > 9), ADD CHECK (y < 99); ALTER TABLE a ADD CHECK (y > 99);
        CREATE TABLE c (x int NOT NULL);""",
        Flavor.RICH,
    )

    assert seeding.rows == {"public.c": 4}
    assert {name for name, why in seeding.unseeded.items() if "a_y_fkey" in why} == {
        "public.a",
        "public.b",
    }


async def test_a_check_that_never_ends_is_ended(fill: Fill) -> None:
    seeding = await fill(
        """CREATE FUNCTION f(int) RETURNS bool IMMUTABLE LANGUAGE plpgsql
          AS 'BEGIN PERFORM pg_sleep(60); RETURN true; END';
        CREATE TABLE a (x int NOT NULL CHECK (f(x))); CREATE TABLE b (x int);""",
        Flavor.RICH,
    )

    assert seeding.rows == {"public.b": 4}
    assert seeding.unseeded == {"public.a": "canceling statement due to statement timeout"}
