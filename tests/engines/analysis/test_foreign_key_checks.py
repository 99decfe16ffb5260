"""What the checks of foreign keys flag and what they let pass, case by case."""

import pytest

from server.engines.analysis.finding import Severity
from tests.engines.analysis.patient import Patient

pytestmark = pytest.mark.anyio

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
            "CREATE TABLE vips () INHERITS (customers); CREATE TABLE o (customer_id bigint);",
            [],
            id="a table that others inherit from",
        ),
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
        pytest.param("bigint", "numeric", Severity.ERROR, id="another family"),
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
