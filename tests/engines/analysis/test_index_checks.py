"""What the checks of single indexes flag and what they let pass, case by case."""

import pytest

from tests.engines.analysis.patient import Patient

pytestmark = pytest.mark.anyio

_PLAIN = "CREATE TABLE t (id bigint PRIMARY KEY, a int NOT NULL, b int, c text, d timestamptz);"


async def test_the_invalid_index_of_a_partitioned_table_waits_for_its_parts(
    patient: Patient,
) -> None:
    sql = """
        CREATE TABLE t (id bigint, a int) PARTITION BY RANGE (id);
        CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);
        CREATE INDEX i ON ONLY t (a);
    """

    assert await patient.flagged(sql, "invalid-index") == []


@pytest.mark.parametrize(
    ("sql", "flagged"),
    [
        pytest.param("CREATE INDEX i ON f (is_on);", ["public.i"], id="plain"),
        pytest.param("CREATE INDEX i ON f (is_set);", ["public.i"], id="a domain over boolean"),
        pytest.param("CREATE INDEX i ON f (is_on, id);", [], id="with another key"),
        pytest.param("CREATE INDEX i ON f (is_on) WHERE is_on;", [], id="partial"),
        pytest.param("CREATE UNIQUE INDEX i ON f (is_on);", [], id="at most two rows"),
    ],
)
async def test_a_boolean_alone_is_no_key(patient: Patient, sql: str, flagged: list[str]) -> None:
    table = "CREATE DOMAIN flag AS boolean; CREATE TABLE f (id int, is_on boolean, is_set flag);"

    assert await patient.flagged(table + sql, "index-on-boolean") == flagged


@pytest.mark.parametrize(
    ("sql", "flagged"),
    [
        pytest.param("CREATE INDEX i ON t (b) WHERE a IS NOT NULL;", ["public.i"], id="useless"),
        pytest.param("CREATE INDEX i ON t (b) WHERE b IS NOT NULL;", [], id="a nullable column"),
        pytest.param(
            "CREATE INDEX i ON t (b) WHERE a IS NOT NULL AND id IS NOT NULL;",
            ["public.i"],
            id="two required columns",
        ),
        pytest.param(
            "CREATE INDEX i ON t (b) WHERE a IS NOT NULL AND b IS NOT NULL;", [], id="one of two"
        ),
        pytest.param(
            "CREATE INDEX i ON t (b) WHERE a IS NOT NULL OR b > 0;", [], id="something else"
        ),
    ],
)
async def test_a_predicate_that_not_null_grants_is_useless(
    patient: Patient, sql: str, flagged: list[str]
) -> None:
    assert await patient.flagged(_PLAIN + sql, "partial-index-useless-predicate") == flagged


async def test_a_useless_partial_index_beside_a_whole_one_is_dropped(patient: Patient) -> None:
    await patient.admit(
        _PLAIN + "CREATE INDEX i ON t (a) WHERE a IS NOT NULL; CREATE INDEX j ON t (a, b);"
    )

    (finding,) = await patient.findings("partial-index-useless-predicate")

    assert finding.fix == 'DROP INDEX CONCURRENTLY "public"."i";'


async def test_a_replaced_index_keeps_its_name_and_all_of_its_shape(patient: Patient) -> None:
    await patient.admit(
        _PLAIN + 'CREATE UNIQUE INDEX i ON t (lower(c) COLLATE "C" text_pattern_ops DESC, '
        "b NULLS FIRST) INCLUDE (d) NULLS NOT DISTINCT WITH (fillfactor = 70) "
        "WHERE a IS NOT NULL;"
    )
    (finding,) = await patient.findings("partial-index-useless-predicate")

    await patient.take(finding.fix)

    definition = await patient.session.value("SELECT pg_get_indexdef('i'::regclass)")
    assert definition == (
        'CREATE UNIQUE INDEX i ON public.t USING btree (lower(c) COLLATE "C" text_pattern_ops DESC,'
        " b NULLS FIRST) INCLUDE (d) NULLS NOT DISTINCT WITH (fillfactor='70')"
    )


@pytest.mark.parametrize(
    ("sql", "flagged"),
    [
        pytest.param("CREATE INDEX i ON a (tags);", ["public.i"], id="plain"),
        pytest.param("CREATE INDEX i ON a (id, labels);", ["public.i"], id="a domain, second"),
        pytest.param("CREATE UNIQUE INDEX i ON a (tags);", [], id="unique"),
        pytest.param("CREATE INDEX i ON a (path);", [], id="a materialized path"),
        pytest.param("CREATE INDEX i ON a USING gin (tags);", [], id="GIN"),
        pytest.param("CREATE INDEX i ON a ((tags[1]));", [], id="one element"),
    ],
)
async def test_a_btree_over_an_array_is_flagged_where_elements_are_searched(
    patient: Patient, sql: str, flagged: list[str]
) -> None:
    table = (
        "CREATE DOMAIN labels AS text[];"
        "CREATE TABLE a (id int, tags text[], path int[], labels labels);"
    )

    assert await patient.flagged(table + sql, "btree-index-on-array") == flagged


@pytest.mark.parametrize(
    ("sql", "flagged"),
    [
        pytest.param("CREATE INDEX i ON t (d, b);", 0, id="a time that may be NULL"),
        pytest.param("CREATE INDEX i ON e (at, kind);", 1, id="first of two"),
        pytest.param("CREATE INDEX i ON e (kind, at);", 0, id="last"),
        pytest.param("CREATE INDEX i ON e (at, id);", 0, id="before the primary key, for paging"),
        pytest.param("CREATE INDEX i ON e (kind, at, id);", 0, id="paging within a kind"),
        pytest.param("CREATE INDEX i ON e (at, until);", 0, id="before another time"),
        pytest.param("CREATE UNIQUE INDEX i ON e (at, kind);", 0, id="unique"),
        pytest.param("CREATE INDEX i ON e USING brin (at, kind);", 0, id="a method without order"),
        pytest.param("CREATE INDEX i ON e (at) INCLUDE (kind);", 0, id="before an included column"),
    ],
)
async def test_a_timestamp_stands_behind_what_is_compared_with_equality(
    patient: Patient, sql: str, flagged: int
) -> None:
    table = (
        _PLAIN + "CREATE TABLE e (id bigint PRIMARY KEY, kind text NOT NULL, "
        "at timestamptz NOT NULL, until timestamptz NOT NULL);"
    )

    assert len(await patient.flagged(table + sql, "timestamp-in-middle-of-index")) == flagged


@pytest.mark.parametrize(
    ("sql", "flagged"),
    [
        pytest.param("CREATE INDEX i ON s (name);", ["public.s"], id="plain"),
        pytest.param("CREATE INDEX i ON s (name, deleted_at);", [], id="mentions it"),
        pytest.param("CREATE INDEX i ON s (name) WHERE deleted_at IS NULL;", [], id="partial"),
        pytest.param("CREATE UNIQUE INDEX i ON s (name);", [], id="unique"),
        pytest.param("CREATE INDEX i ON s (owner_id);", [], id="a foreign key needs all rows"),
        pytest.param("CREATE INDEX i ON k (name);", [], id="a mark that is always set"),
    ],
)
async def test_deleted_rows_are_left_out_of_indexes(
    patient: Patient, sql: str, flagged: list[str]
) -> None:
    tables = """
        CREATE TABLE owners (id bigint PRIMARY KEY);
        CREATE TABLE s (
          id bigint PRIMARY KEY, name text, owner_id bigint REFERENCES owners,
          deleted_at timestamptz
        );
        CREATE TABLE k (id bigint PRIMARY KEY, name text, deleted_at timestamptz NOT NULL);
    """

    assert await patient.flagged(tables + sql, "index-keeps-deleted-rows") == flagged


@pytest.mark.parametrize(
    ("column", "flagged"),
    [
        ("body text", 1),
        ("body varchar", 1),
        ("body varchar(200)", 0),
        ("body text CHECK (length(body) < 500)", 0),
        ("title text", 0),
    ],
)
async def test_prose_without_limit_is_no_key(patient: Patient, column: str, flagged: int) -> None:
    name = column.partition(" ")[0]
    sql = f"CREATE TABLE p (id int PRIMARY KEY, {column}); CREATE INDEX i ON p (id, {name});"

    assert len(await patient.flagged(sql, "btree-index-on-long-text")) == flagged
