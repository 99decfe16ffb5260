"""What the checks of primary keys flag and what they let pass, case by case."""

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
            "CREATE TABLE t (a int NOT NULL); CREATE UNIQUE INDEX u ON t (a) NULLS NOT DISTINCT;",
            "",
            id="an index that PostgreSQL takes for no primary key",
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
        "SELECT table_name || '.' || column_name AS name, data_type "
        "FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1"
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
    assert "public.v" in finding.advice


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
