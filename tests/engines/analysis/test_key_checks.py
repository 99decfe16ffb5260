"""What the checks of keys and constraints flag and what they let pass, case by case."""

import pytest

from server.engines.analysis.finding import Severity
from tests.engines.analysis.patient import Patient

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("sql", "flagged"),
    [
        pytest.param("CREATE TABLE t (a int);", ["public.t"], id="plain"),
        pytest.param("CREATE TABLE t ();", ["public.t"], id="without columns"),
        pytest.param("CREATE TABLE t_staging (a int);", [], id="staging"),
        pytest.param("CREATE TABLE tmp_import (a int);", [], id="an import"),
        pytest.param("CREATE TABLE templates (a int);", ["public.templates"], id="no staging"),
        pytest.param("CREATE UNLOGGED TABLE t (a int);", [], id="unlogged"),
        pytest.param(
            "CREATE TABLE t (a int) PARTITION BY LIST (a);"
            "CREATE TABLE t_1 PARTITION OF t FOR VALUES IN (1);",
            ["public.t"],
            id="once for all partitions",
        ),
        pytest.param(
            "CREATE TABLE t (a int PRIMARY KEY); CREATE TABLE u () INHERITS (t);",
            ["public.u"],
            id="a primary key is not inherited",
        ),
        pytest.param("CREATE MATERIALIZED VIEW v AS SELECT 1 AS a;", [], id="materialized views"),
    ],
)
async def test_a_table_needs_a_primary_key(patient: Patient, sql: str, flagged: list[str]) -> None:
    assert await patient.flagged(sql, "missing-primary-key") == flagged


@pytest.mark.parametrize(
    ("sql", "fix"),
    [
        pytest.param(
            "CREATE TABLE t (a int NOT NULL); CREATE UNIQUE INDEX u ON t (a);",
            'ALTER TABLE "public"."t" ADD CONSTRAINT "u" PRIMARY KEY USING INDEX "u";',
            id="a unique index is promoted",
        ),
        pytest.param(
            "CREATE TABLE t (a int NOT NULL UNIQUE, b int); "
            "CREATE TABLE u (id int PRIMARY KEY, a int REFERENCES t (a));",
            "",
            id="what foreign keys stand on stays",
        ),
        pytest.param(
            "CREATE TABLE t (a int); CREATE UNIQUE INDEX u ON t (a);", "", id="a nullable column"
        ),
        pytest.param(
            "CREATE TABLE t (a int NOT NULL, b int); CREATE UNIQUE INDEX u ON t (a) WHERE b > 0;",
            "",
            id="a partial index",
        ),
        pytest.param(
            "CREATE TABLE t (a text NOT NULL); CREATE UNIQUE INDEX u ON t (a DESC);",
            "",
            id="another direction",
        ),
        pytest.param(
            "CREATE TABLE t (a text NOT NULL); CREATE UNIQUE INDEX u ON t (lower(a));",
            "",
            id="an expression",
        ),
        pytest.param("CREATE TABLE t (a int NOT NULL, b int NOT NULL);", "", id="nothing to take"),
        pytest.param(
            "CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY, a int);",
            'CREATE UNIQUE INDEX CONCURRENTLY "t_pkey" ON "public"."t" ("id");\n'
            'ALTER TABLE "public"."t" ADD CONSTRAINT "t_pkey" PRIMARY KEY USING INDEX "t_pkey";',
            id="a column that counts up",
        ),
    ],
)
async def test_a_primary_key_is_proposed_where_one_can_be_seen(
    patient: Patient, sql: str, fix: str
) -> None:
    await patient.admit(sql)

    (finding,) = await patient.findings("missing-primary-key")

    assert finding.fix == fix


async def test_a_unique_constraint_becomes_the_primary_key(patient: Patient) -> None:
    await patient.admit("CREATE TABLE t (a int NOT NULL UNIQUE, b int NOT NULL);")
    (finding,) = await patient.findings("missing-primary-key")

    await patient.take(finding.fix)

    assert await patient.findings("missing-primary-key", "duplicate-of-constraint-index") == ()
    assert finding.severity is Severity.INFO


@pytest.mark.parametrize(
    ("sql", "flagged"),
    [
        pytest.param("CREATE TABLE t (id serial PRIMARY KEY);", ["public.t.t_pkey"], id="serial"),
        pytest.param(
            "CREATE TABLE t (id smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);",
            ["public.t.t_pkey"],
            id="identity",
        ),
        pytest.param("CREATE TABLE t (id int PRIMARY KEY);", [], id="numbered by hand"),
        pytest.param("CREATE TABLE t (id bigserial PRIMARY KEY);", [], id="bigint"),
        pytest.param(
            "CREATE DOMAIN key AS integer; CREATE SEQUENCE s;"
            "CREATE TABLE t (id key PRIMARY KEY DEFAULT nextval('s'));",
            ["public.t.t_pkey"],
            id="a domain over integer",
        ),
        pytest.param(
            "CREATE TABLE t (id serial PRIMARY KEY);"
            "CREATE TABLE u (id int PRIMARY KEY REFERENCES t);",
            ["public.t.t_pkey"],
            id="the one that counts, not those that follow",
        ),
    ],
)
async def test_a_key_that_counts_up_is_a_bigint(
    patient: Patient, sql: str, flagged: list[str]
) -> None:
    assert await patient.flagged(sql, "integer-primary-key") == flagged


async def test_a_key_is_widened_with_all_that_points_at_it(patient: Patient) -> None:
    await patient.admit(
        """
        CREATE TABLE a (id serial PRIMARY KEY);
        CREATE TABLE b (id int PRIMARY KEY REFERENCES a);
        CREATE TABLE c (b_id int REFERENCES b, other int);
        """
    )
    (finding,) = await patient.findings("integer-primary-key")

    await patient.take(finding.fix)

    columns = await patient.session.rows(
        "SELECT table_name || '.' || column_name AS name, data_type FROM information_schema.columns "
        "WHERE table_schema = 'public' ORDER BY 1"
    )
    maximum = await patient.session.value("SELECT max_value FROM pg_sequences")
    assert {each["name"]: each["data_type"] for each in columns} == {
        "a.id": "bigint",
        "b.id": "bigint",
        "c.b_id": "bigint",
        "c.other": "integer",
    }
    assert maximum == 2**63 - 1


async def test_a_view_over_the_key_has_to_be_dropped_by_hand(patient: Patient) -> None:
    await patient.admit(
        "CREATE TABLE t (id serial PRIMARY KEY); CREATE VIEW v AS SELECT id FROM t;"
    )

    (finding,) = await patient.findings("integer-primary-key")

    assert not finding.fix
    assert "view public.v" in finding.advice


@pytest.mark.parametrize(
    ("column", "flagged"),
    [
        ("varchar(36)", 1),
        ("varchar(32)", 1),
        ("char(36)", 1),
        ("varchar(30)", 0),
        ("varchar", 0),
        ("text", 0),
        ("uuid", 0),
    ],
)
async def test_a_text_key_as_long_as_a_uuid_looks_like_one(
    patient: Patient, column: str, flagged: int
) -> None:
    sql = f"CREATE TABLE t (id {column} PRIMARY KEY);"

    assert len(await patient.flagged(sql, "varchar-primary-key")) == flagged


@pytest.mark.parametrize(
    ("sql", "flagged"),
    [
        pytest.param("CREATE TABLE t (id uuid PRIMARY KEY DEFAULT gen_random_uuid());", 1, id="v4"),
        pytest.param("CREATE TABLE t (id uuid PRIMARY KEY DEFAULT uuidv4());", 1, id="uuidv4"),
        pytest.param("CREATE TABLE t (id uuid PRIMARY KEY);", 0, id="made elsewhere"),
        pytest.param(
            "CREATE TABLE t (a int, id uuid DEFAULT gen_random_uuid(), PRIMARY KEY (a, id));",
            0,
            id="not what the index begins with",
        ),
        pytest.param(
            "CREATE TABLE t (id text PRIMARY KEY DEFAULT gen_random_uuid());", 0, id="a text"
        ),
    ],
)
async def test_random_uuids_scatter_new_rows(patient: Patient, sql: str, flagged: int) -> None:
    assert len(await patient.flagged(sql, "random-uuid-primary-key")) == flagged


_CUSTOMERS = "CREATE TABLE customers (id bigint PRIMARY KEY);"


@pytest.mark.parametrize(
    ("sql", "flagged"),
    [
        pytest.param("CREATE TABLE o (customer_id bigint);", ["public.o.customer_id"], id="plain"),
        pytest.param(
            'CREATE TABLE o ("customerId" bigint);', ['public.o."customerId"'], id="camel case"
        ),
        pytest.param("CREATE TABLE o (customer_id int);", [], id="another type"),
        pytest.param("CREATE TABLE o (external_customer_id bigint);", [], id="an external id"),
        pytest.param(
            "CREATE TABLE o (customer_id bigint, customer_type text);", [], id="polymorphic"
        ),
        pytest.param("CREATE TABLE customer_log (customer_id bigint);", [], id="a log"),
        pytest.param("CREATE TABLE o_staging (customer_id bigint);", [], id="staging"),
        pytest.param(
            "CREATE TABLE people (id bigint PRIMARY KEY);"
            "CREATE TABLE o (customer_id bigint REFERENCES people);",
            [],
            id="a foreign key to another table",
        ),
        pytest.param(
            "CREATE TABLE o (id bigint, customer_id bigint) PARTITION BY RANGE (id);"
            "CREATE TABLE o_1 PARTITION OF o FOR VALUES FROM (0) TO (10);",
            ["public.o.customer_id"],
            id="the partitioned table, not its partitions",
        ),
        pytest.param(
            "CREATE SCHEMA other; CREATE TABLE other.customers (id bigint PRIMARY KEY);"
            "CREATE TABLE o (customer_id bigint);",
            ["public.o.customer_id"],
            id="the table of the same schema",
        ),
        pytest.param(
            "CREATE SCHEMA a; CREATE TABLE a.customers (id bigint PRIMARY KEY);"
            "CREATE SCHEMA b; CREATE TABLE b.o (customer_id bigint);",
            [],
            id="two tables that could be meant",
        ),
        pytest.param(
            "CREATE TABLE categories (id int PRIMARY KEY); CREATE TABLE o (category_id int);",
            ["public.o.category_id"],
            id="a plural in ies",
        ),
        pytest.param("ALTER TABLE customers ADD customer_id bigint;", [], id="its own table"),
        pytest.param(
            "CREATE TABLE keys (a int, b int, PRIMARY KEY (a, b)); CREATE TABLE o (key_id int);",
            [],
            id="a table whose key has several columns",
        ),
    ],
)
async def test_a_column_named_like_a_reference_has_a_foreign_key(
    patient: Patient, sql: str, flagged: list[str]
) -> None:
    assert await patient.flagged(_CUSTOMERS + sql, "missing-foreign-key") == flagged


async def test_many_missing_foreign_keys_to_one_table_are_said_once(patient: Patient) -> None:
    tables = "".join(f"CREATE TABLE o{each} (customer_id bigint);" for each in range(6))

    assert await patient.flagged(_CUSTOMERS + tables, "missing-foreign-key") == ["public.customers"]


async def test_a_proposed_foreign_key_brings_its_index(patient: Patient) -> None:
    await patient.admit(_CUSTOMERS + "CREATE TABLE o (id bigint PRIMARY KEY, customer_id bigint);")
    (finding,) = await patient.findings("missing-foreign-key")

    await patient.take(finding.fix)

    assert await patient.findings("unindexed-foreign-key", "unvalidated-constraint") == ()


@pytest.mark.parametrize(
    ("own", "other", "severity"),
    [
        pytest.param("int", "bigint", Severity.ERROR, id="narrower"),
        pytest.param("bigint", "int", Severity.WARNING, id="wider"),
        pytest.param("numeric", "bigint", Severity.ERROR, id="another family"),
        pytest.param("varchar(10)", "varchar(20)", Severity.WARNING, id="shorter"),
        pytest.param("varchar(10)", "text", Severity.WARNING, id="limited"),
    ],
)
async def test_a_foreign_key_of_another_type_is_flagged(
    patient: Patient, own: str, other: str, severity: Severity
) -> None:
    await patient.admit(
        f"CREATE TABLE a (id {other} PRIMARY KEY); CREATE TABLE b (a_id {own} REFERENCES a);"
    )

    (finding,) = await patient.findings("foreign-key-type-mismatch")

    assert finding.severity is severity


@pytest.mark.parametrize(
    ("own", "other"),
    [("bigint", "bigint"), ("varchar(20)", "varchar(10)"), ("text", "varchar(10)"), ("d", "int")],
)
async def test_a_foreign_key_with_room_for_all_it_points_at_passes(
    patient: Patient, own: str, other: str
) -> None:
    sql = (
        f"CREATE DOMAIN d AS int; CREATE TABLE a (id {other} PRIMARY KEY);"
        f"CREATE TABLE b (a_id {own} REFERENCES a);"
    )

    assert await patient.flagged(sql, "foreign-key-type-mismatch") == []


async def test_both_sides_of_a_foreign_key_are_widened_to_bigint(patient: Patient) -> None:
    await patient.admit(
        "CREATE TABLE a (id serial PRIMARY KEY); CREATE TABLE b (a_id bigint REFERENCES a);"
        "CREATE TABLE c (a_id int REFERENCES a);"
    )
    (finding,) = await patient.findings("foreign-key-type-mismatch")

    await patient.take(finding.fix)

    assert await patient.findings("foreign-key-type-mismatch", "integer-primary-key") == ()


_PAIR = "CREATE TABLE a (id bigint PRIMARY KEY); CREATE TABLE b (a_id bigint REFERENCES a, x int);"


@pytest.mark.parametrize(
    ("sql", "fixes"),
    [
        pytest.param(
            "ALTER TABLE b ADD CONSTRAINT again FOREIGN KEY (a_id) REFERENCES a NOT VALID;",
            ['ALTER TABLE "public"."b" DROP CONSTRAINT "again";'],
            id="the validated one stays",
        ),
        pytest.param(
            "ALTER TABLE b ADD FOREIGN KEY (a_id) REFERENCES a ON DELETE CASCADE;",
            [""],
            id="two that differ in what they do",
        ),
        pytest.param(
            "CREATE TABLE c (id bigint PRIMARY KEY);"
            "ALTER TABLE b ADD FOREIGN KEY (a_id) REFERENCES c;",
            [],
            id="two tables",
        ),
    ],
)
async def test_a_repeated_foreign_key_is_dropped_if_both_do_the_same(
    patient: Patient, sql: str, fixes: list[str]
) -> None:
    await patient.admit(_PAIR + sql)

    found = await patient.findings("duplicate-foreign-key")

    assert [each.fix for each in found] == fixes


@pytest.mark.parametrize(
    ("columns", "flagged"),
    [
        pytest.param("t bigint NOT NULL, u bigint NOT NULL", 1, id="contained"),
        pytest.param("t bigint, u bigint NOT NULL", 0, id="the longer one lets NULLs pass"),
    ],
)
async def test_a_contained_foreign_key_is_flagged_if_the_longer_one_always_holds(
    patient: Patient, columns: str, flagged: int
) -> None:
    sql = f"""
        CREATE TABLE users (t bigint, u bigint PRIMARY KEY, UNIQUE (t, u));
        CREATE TABLE b (
          {columns}, FOREIGN KEY (u) REFERENCES users, FOREIGN KEY (t, u) REFERENCES users (t, u)
        );
    """

    assert len(await patient.flagged(sql, "overlapping-foreign-keys")) == flagged


@pytest.mark.parametrize(
    ("columns", "flagged"),
    [
        pytest.param("x int, y int", 1, id="half a key is possible"),
        pytest.param("x int NOT NULL, y int", 0, id="an optional reference"),
        pytest.param("x int NOT NULL, y int NOT NULL", 0, id="required"),
        pytest.param("x int, y int, CHECK ((x IS NULL) = (y IS NULL))", 0, id="tied by a CHECK"),
        pytest.param("x int, y int, CHECK (num_nulls(x, y) <> 1)", 0, id="counted by a CHECK"),
        pytest.param("x int, y int, CHECK (x + y > 0)", 1, id="a CHECK about something else"),
    ],
)
async def test_half_a_composite_key_is_not_to_be_stored(
    patient: Patient, columns: str, flagged: int
) -> None:
    sql = f"""
        CREATE TABLE a (x int, y int, PRIMARY KEY (x, y));
        CREATE TABLE b ({columns}, FOREIGN KEY (x, y) REFERENCES a);
    """

    assert len(await patient.flagged(sql, "nullable-composite-foreign-key")) == flagged


@pytest.mark.parametrize(
    ("sql", "flagged"),
    [
        pytest.param(
            "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID;", ["public.t.c"], id="check"
        ),
        pytest.param(
            "ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES t (id) NOT VALID;",
            ["public.t.c"],
            id="foreign key",
        ),
        pytest.param(
            "ALTER TABLE t ADD CONSTRAINT c NOT NULL a NOT VALID;", ["public.t.c"], id="not null"
        ),
        pytest.param(
            "ALTER DOMAIN d ADD CONSTRAINT c CHECK (VALUE > 0) NOT VALID;",
            ["public.d.c"],
            id="domain",
        ),
        pytest.param(
            "CREATE TABLE u () INHERITS (t);"
            "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID;",
            ["public.t.c"],
            id="where it was declared",
        ),
        pytest.param("ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT ENFORCED;", [], id="none"),
    ],
)
async def test_what_was_never_validated_is_validated(
    patient: Patient, sql: str, flagged: list[str]
) -> None:
    await patient.admit("CREATE DOMAIN d AS int; CREATE TABLE t (id int PRIMARY KEY, a int);" + sql)
    found = await patient.findings("unvalidated-constraint")

    await patient.take("\n".join(each.fix for each in found))

    assert [each.subject.qualified_name for each in found] == flagged
    assert await patient.findings("unvalidated-constraint") == ()


async def test_an_unenforced_check_is_replaced_under_its_name(patient: Patient) -> None:
    await patient.admit("CREATE TABLE t (a int, CONSTRAINT c CHECK (a > 0) NOT ENFORCED);")
    (finding,) = await patient.findings("unenforced-constraint")

    await patient.take(finding.fix)

    assert await patient.findings("unenforced-constraint", "unvalidated-constraint") == ()
    assert (
        await patient.session.value(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'c'"
        )
        == "CHECK ((a > 0))"
    )


@pytest.mark.parametrize(
    ("column", "flagged"),
    [
        pytest.param("a boolean", 1, id="nullable"),
        pytest.param("a boolean NOT NULL", 0, id="required"),
        pytest.param("a boolean CHECK (a IS NOT NULL)", 0, id="required by a CHECK"),
        pytest.param("a boolean CHECK (a IS NOT NULL OR id > 0)", 1, id="not always required"),
        pytest.param("a boolean GENERATED ALWAYS AS (id > 0) STORED", 0, id="generated"),
        pytest.param("a flag", 0, id="a domain that requires it"),
        pytest.param("a boolean[]", 0, id="an array"),
    ],
)
async def test_a_boolean_has_two_values(patient: Patient, column: str, flagged: int) -> None:
    sql = f"""
        CREATE DOMAIN flag AS boolean NOT NULL;
        CREATE TABLE t (id int PRIMARY KEY, {column});
    """

    assert len(await patient.flagged(sql, "nullable-boolean")) == flagged


_UNIQUE = """
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE t (id int PRIMARY KEY, p int REFERENCES p, code text, name text NOT NULL, ended date);
"""


@pytest.mark.parametrize(
    ("sql", "severities"),
    [
        pytest.param("CREATE UNIQUE INDEX ON t (p, name);", ["warning"], id="at the top"),
        pytest.param("CREATE UNIQUE INDEX ON t (name, ended);", ["warning"], id="not ended"),
        pytest.param("CREATE UNIQUE INDEX ON t (name, code);", ["info"], id="without a code"),
        pytest.param("CREATE UNIQUE INDEX ON t (p, ended);", ["info"], id="without anything"),
        pytest.param("CREATE UNIQUE INDEX ON t (p);", [], id="a single column"),
        pytest.param("CREATE UNIQUE INDEX ON t (id, name);", [], id="required columns"),
        pytest.param(
            "CREATE UNIQUE INDEX ON t (p, name) NULLS NOT DISTINCT;", [], id="NULLs are equal"
        ),
        pytest.param(
            "CREATE UNIQUE INDEX ON t (p, name) WHERE p IS NOT NULL;", [], id="without the NULLs"
        ),
        pytest.param(
            "CREATE UNIQUE INDEX ON t (p, name); CREATE UNIQUE INDEX ON t (name) WHERE p IS NULL;",
            [],
            id="another index for the NULLs",
        ),
        pytest.param(
            "CREATE UNIQUE INDEX ON t (name, coalesce(p, 0));", [], id="an expression for the NULLs"
        ),
        pytest.param(
            "CREATE UNIQUE INDEX ON t (p, name) WHERE ended IS NULL;", ["warning"], id="partial"
        ),
    ],
)
async def test_null_is_no_way_around_a_unique_rule(
    patient: Patient, sql: str, severities: list[str]
) -> None:
    await patient.admit(_UNIQUE + sql)

    found = await patient.findings("unique-with-nullable-column")

    assert [each.severity for each in found] == severities


@pytest.mark.parametrize(
    ("columns", "flagged"),
    [
        pytest.param("a int, b int", 1, id="nothing is required"),
        pytest.param("a int, b int NOT NULL", 0, id="something is required"),
        pytest.param("a int", 0, id="a single column"),
        pytest.param("a int, b int CHECK (b IS NOT NULL)", 0, id="required by a CHECK"),
    ],
)
async def test_a_row_says_something(patient: Patient, columns: str, flagged: int) -> None:
    sql = f"CREATE TABLE t (id int PRIMARY KEY, {columns});"

    assert len(await patient.flagged(sql, "all-columns-nullable")) == flagged


_CIRCLE = """
CREATE TABLE a (id int PRIMARY KEY, b int NOT NULL);
CREATE TABLE b (id int PRIMARY KEY, c int NOT NULL);
CREATE TABLE c (id int PRIMARY KEY, a int NOT NULL REFERENCES a);
ALTER TABLE b ADD FOREIGN KEY (c) REFERENCES c;
"""


@pytest.mark.parametrize(
    ("sql", "flagged"),
    [
        pytest.param("ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b;", 1, id="a circle of three"),
        pytest.param("", 0, id="no circle"),
        pytest.param(
            "ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b DEFERRABLE;", 0, id="a link that waits"
        ),
        pytest.param(
            "ALTER TABLE a ALTER b DROP NOT NULL, ADD FOREIGN KEY (b) REFERENCES b;",
            0,
            id="an optional link",
        ),
        pytest.param(
            "ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b NOT ENFORCED;", 0, id="a mere note"
        ),
        pytest.param("ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES a;", 0, id="its own table"),
        pytest.param(
            "ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b; ALTER TABLE a ADD c int NOT NULL "
            "REFERENCES c; ALTER TABLE c ADD b int NOT NULL REFERENCES b;",
            3,
            id="three circles",
        ),
    ],
)
async def test_each_circle_of_foreign_keys_can_be_entered(
    patient: Patient, sql: str, flagged: int
) -> None:
    await patient.admit(_CIRCLE + sql)
    found = await patient.findings("foreign-key-cycle")

    await patient.take("\n".join(each.fix for each in found))

    assert len(found) == flagged
    assert await patient.findings("foreign-key-cycle") == ()


@pytest.mark.parametrize(
    ("action", "flagged"),
    [
        ("", 1),
        ("ON DELETE RESTRICT", 0),
        ("ON DELETE CASCADE", 0),
        ("ON DELETE SET NULL", 0),
        ("DEFERRABLE INITIALLY DEFERRED", 0),
    ],
)
async def test_a_tree_says_what_becomes_of_its_branches(
    patient: Patient, action: str, flagged: int
) -> None:
    sql = f"CREATE TABLE t (id int PRIMARY KEY, parent_id int REFERENCES t {action});"

    assert len(await patient.flagged(sql, "self-reference-without-action")) == flagged


@pytest.mark.parametrize(
    ("column", "flagged"),
    [
        pytest.param("x int NOT NULL REFERENCES a ON DELETE SET NULL", 1, id="set null"),
        pytest.param("x int NOT NULL REFERENCES a ON UPDATE SET NULL", 1, id="on update"),
        pytest.param("x int NOT NULL REFERENCES a ON DELETE SET DEFAULT", 1, id="no default"),
        pytest.param("x int NOT NULL DEFAULT 1 REFERENCES a ON DELETE SET DEFAULT", 0, id="one"),
        pytest.param("x int REFERENCES a ON DELETE SET NULL", 0, id="nullable"),
        pytest.param(
            "x int NOT NULL, y int, FOREIGN KEY (x, y) REFERENCES b ON DELETE SET NULL (y)",
            0,
            id="only the nullable column",
        ),
        pytest.param(
            "x int NOT NULL, y int, FOREIGN KEY (x, y) REFERENCES b ON DELETE SET NULL",
            1,
            id="all columns",
        ),
    ],
)
async def test_an_action_can_do_what_it_says(patient: Patient, column: str, flagged: int) -> None:
    sql = f"""
        CREATE TABLE a (id int PRIMARY KEY);
        CREATE TABLE b (x int, y int, PRIMARY KEY (x, y));
        CREATE TABLE t (id int PRIMARY KEY, {column});
    """

    assert len(await patient.flagged(sql, "set-null-on-required-column")) == flagged


@pytest.mark.parametrize(
    ("sql", "flagged"),
    [
        pytest.param("CREATE TABLE t (n int DEFAULT nextval('s'));", 1, id="wider"),
        pytest.param("CREATE TABLE t (n bigint DEFAULT nextval('s'));", 0, id="as wide"),
        pytest.param("CREATE TABLE t (n serial);", 0, id="its own sequence"),
        pytest.param(
            "CREATE SEQUENCE m MAXVALUE 1000; CREATE TABLE t (n int DEFAULT nextval('m'));",
            0,
            id="a sequence that ends in time",
        ),
        pytest.param(
            "CREATE TABLE t (n int PRIMARY KEY DEFAULT nextval('s'));", 0, id="another check's"
        ),
        pytest.param("CREATE TABLE t (n numeric DEFAULT nextval('s'));", 0, id="endless"),
    ],
)
async def test_a_sequence_ends_before_its_column(patient: Patient, sql: str, flagged: int) -> None:
    assert len(await patient.flagged("CREATE SEQUENCE s;" + sql, "sequence-wider-than-column")) == (
        flagged
    )
