"""Which indexes are unnecessary beside others, case by case."""

import pytest

from tests.engines.analysis.patient import Patient

pytestmark = pytest.mark.anyio

_PLAIN = "CREATE TABLE t (id bigint PRIMARY KEY, a int NOT NULL, b int, c text, d timestamptz);"


@pytest.mark.parametrize(
    "sql",
    [
        pytest.param("CREATE INDEX ON t (b); CREATE INDEX ON t USING hash (b);", id="method"),
        pytest.param("CREATE INDEX ON t (c); CREATE INDEX ON t (c text_pattern_ops);", id="class"),
        pytest.param('CREATE INDEX ON t (c); CREATE INDEX ON t (c COLLATE "C");', id="collation"),
        pytest.param("CREATE INDEX ON t (b); CREATE INDEX ON t (b) WHERE a > 0;", id="predicate"),
        pytest.param("CREATE INDEX ON t (a, b); CREATE INDEX ON t (b, a);", id="order of keys"),
        pytest.param("CREATE INDEX ON t (a, b); CREATE INDEX ON t (a, b DESC);", id="direction"),
        pytest.param("CREATE INDEX ON t (b); CREATE INDEX ON t (b NULLS FIRST);", id="NULLs"),
        pytest.param("CREATE INDEX ON t (c); CREATE INDEX ON t (lower(c));", id="expression"),
        pytest.param(
            "CREATE EXTENSION pg_trgm; CREATE INDEX ON t (c); "
            "CREATE INDEX ON t USING gin (c gin_trgm_ops);",
            id="trigrams",
        ),
        pytest.param(
            "CREATE INDEX ON t USING brin (d) WITH (pages_per_range = 8);"
            "CREATE INDEX ON t USING brin (d) WITH (pages_per_range = 128);",
            id="granularity",
        ),
    ],
)
async def test_indexes_that_differ_are_no_duplicates(patient: Patient, sql: str) -> None:
    assert await patient.flagged(_PLAIN + sql, "duplicate-index") == []


@pytest.mark.parametrize(
    ("sql", "flagged"),
    [
        pytest.param(
            "CREATE INDEX one ON t (a, b); CREATE INDEX two ON t (a, b);",
            ["public.two"],
            id="the later name goes",
        ),
        pytest.param(
            "CREATE INDEX one ON t (a); CREATE UNIQUE INDEX two ON t (a);",
            ["public.one"],
            id="the unique one stays",
        ),
        pytest.param(
            "CREATE UNIQUE INDEX one ON t (b);CREATE UNIQUE INDEX two ON t (b) NULLS NOT DISTINCT;",
            ["public.one"],
            id="the stricter one stays",
        ),
        pytest.param(
            "CREATE INDEX one ON t (a DESC NULLS LAST); CREATE INDEX two ON t (a NULLS FIRST);",
            ["public.two"],
            id="the opposite direction is read backwards",
        ),
        pytest.param(
            "CREATE INDEX one ON t (lower(c)) WHERE a > 0;"
            "CREATE INDEX two ON t (lower(c)) WHERE a > 0;",
            ["public.two"],
            id="expressions and predicates",
        ),
        pytest.param(
            "CREATE INDEX one ON t (a) WITH (fillfactor = 70); CREATE INDEX two ON t (a);",
            ["public.two"],
            id="a fill factor is no difference",
        ),
        pytest.param(
            "CREATE INDEX one ON t (b); CREATE INDEX two ON t (b); CLUSTER t USING two;",
            ["public.one"],
            id="the one that the table is sorted by stays",
        ),
        pytest.param(
            "CREATE UNIQUE INDEX one ON t (a); CREATE UNIQUE INDEX two ON t (a);"
            "ALTER TABLE t REPLICA IDENTITY USING INDEX two;",
            ["public.one"],
            id="the replica identity stays",
        ),
        pytest.param(
            "CREATE INDEX one ON t (a); CREATE INDEX two ON t (a); CREATE INDEX three ON t (a);",
            ["public.three", "public.two"],
            id="of three two go",
        ),
    ],
)
async def test_of_equal_indexes_all_but_one_are_flagged(
    patient: Patient, sql: str, flagged: list[str]
) -> None:
    assert await patient.flagged(_PLAIN + sql, "duplicate-index") == flagged


async def test_a_unique_constraint_over_the_primary_key_is_dropped(patient: Patient) -> None:
    await patient.admit(
        "CREATE TABLE t (id bigint PRIMARY KEY); ALTER TABLE t ADD CONSTRAINT again UNIQUE (id);"
    )

    (finding,) = await patient.findings("duplicate-of-constraint-index")

    assert finding.fix == 'ALTER TABLE "public"."t" DROP CONSTRAINT "again";'


async def test_a_constraint_that_foreign_keys_stand_on_is_not_dropped(patient: Patient) -> None:
    await patient.admit(
        """
        CREATE TABLE t (id bigint NOT NULL CONSTRAINT first UNIQUE);
        CREATE TABLE u (t_id bigint REFERENCES t (id));
        ALTER TABLE t ADD PRIMARY KEY (id);
        """
    )

    (finding,) = await patient.findings("duplicate-of-constraint-index")

    assert not finding.fix
    assert "foreign key" in finding.advice


async def test_exclusion_constraints_over_the_same_keys_say_different_things(
    patient: Patient,
) -> None:
    sql = """
        CREATE TABLE t (during int4range, EXCLUDE USING gist (during WITH &&),
          EXCLUDE USING gist (during WITH -|-));
    """

    assert await patient.flagged(sql, "duplicate-of-constraint-index") == []


async def test_a_constraint_that_may_wait_replaces_no_index_that_may_not(
    patient: Patient,
) -> None:
    sql = "CREATE TABLE t (a int UNIQUE DEFERRABLE); CREATE UNIQUE INDEX at_once ON t (a);"

    assert await patient.flagged(sql, "duplicate-of-constraint-index") == []


async def test_a_constraint_stays_beside_an_index_that_has_to_stay(patient: Patient) -> None:
    await patient.admit(
        "CREATE TABLE t (a int NOT NULL UNIQUE); CREATE UNIQUE INDEX used ON t (a);"
        "ALTER TABLE t REPLICA IDENTITY USING INDEX used;"
    )

    assert await patient.findings("duplicate-index", "duplicate-of-constraint-index") == ()


async def test_what_is_kept_is_not_itself_unnecessary(patient: Patient) -> None:
    await patient.admit(
        _PLAIN + "CREATE INDEX one ON t (a); CREATE INDEX again ON t (a); "
        "CREATE INDEX two ON t (a, b); CREATE INDEX three ON t (a, b, c);"
    )

    found = await patient.findings("duplicate-index", "redundant-prefix-index")

    assert [each.subject.name for each in found] == ["again", "one", "two"]
    assert all("`public.three`" in each.message for each in found)


async def test_an_index_of_a_partition_repeats_the_one_from_the_parent(patient: Patient) -> None:
    sql = """
        CREATE TABLE t (id bigint, a int) PARTITION BY RANGE (id);
        CREATE INDEX parent_idx ON t (a);
        CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);
        CREATE INDEX own_idx ON t_1 (a);
    """

    assert await patient.flagged(sql, "duplicate-index") == ["public.own_idx"]


@pytest.mark.parametrize(
    ("sql", "flagged"),
    [
        pytest.param(
            "CREATE INDEX one ON t (a); CREATE INDEX two ON t (a, b);", ["public.one"], id="prefix"
        ),
        pytest.param(
            "CREATE INDEX one ON t (a); CREATE INDEX two ON t (a) INCLUDE (c);",
            ["public.one"],
            id="an index that also includes columns",
        ),
        pytest.param(
            "CREATE INDEX one ON t (a DESC); CREATE INDEX two ON t (a, b);",
            ["public.one"],
            id="a prefix read backwards",
        ),
        pytest.param(
            "CREATE UNIQUE INDEX one ON t (a); CREATE INDEX two ON t (a, b);",
            [],
            id="a unique index is a rule",
        ),
        pytest.param(
            "CREATE INDEX one ON t (a); CREATE INDEX two ON t (a, b); CLUSTER t USING one;",
            [],
            id="the one that the table is sorted by",
        ),
        pytest.param(
            "CREATE INDEX one ON t USING hash (a); CREATE INDEX two ON t (a, b);",
            [],
            id="another method",
        ),
        pytest.param(
            "CREATE INDEX one ON t (a); CREATE INDEX two ON t (a, b) WHERE b > 0;",
            [],
            id="a partial longer one",
        ),
        pytest.param(
            "CREATE INDEX one ON t (b); CREATE INDEX two ON t (a, b);", [], id="not the first key"
        ),
        pytest.param(
            "CREATE INDEX one ON t (c); CREATE INDEX two ON t (c text_pattern_ops, a);",
            [],
            id="another operator class",
        ),
        pytest.param(
            "CREATE INDEX one ON t (a) INCLUDE (c); CREATE INDEX two ON t (a, b);",
            [],
            id="an included column that the longer one lacks",
        ),
        pytest.param(
            "CREATE INDEX one ON t USING brin (d); CREATE INDEX two ON t USING brin (d, a);",
            [],
            id="a method without order",
        ),
        pytest.param(
            "CREATE INDEX one ON t (a); CREATE INDEX two ON t (a, b);"
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'two'::regclass;",
            [],
            id="an invalid longer one",
        ),
    ],
)
async def test_a_prefix_is_redundant_if_the_longer_index_does_all_it_does(
    patient: Patient, sql: str, flagged: list[str]
) -> None:
    assert await patient.flagged(_PLAIN + sql, "redundant-prefix-index") == flagged


@pytest.mark.parametrize(
    ("sql", "flagged"),
    [
        pytest.param(
            "CREATE UNIQUE INDEX one ON t (a); CREATE UNIQUE INDEX two ON t (a, b);",
            ["public.two"],
            id="superset",
        ),
        pytest.param(
            "CREATE UNIQUE INDEX one ON t (a) WHERE b > 0; CREATE UNIQUE INDEX two ON t (a, b);",
            [],
            id="the narrow one is partial",
        ),
        pytest.param(
            "CREATE UNIQUE INDEX one ON t (b);"
            "CREATE UNIQUE INDEX two ON t (a, b) NULLS NOT DISTINCT;",
            [],
            id="the wide one refuses NULLs that repeat",
        ),
        pytest.param(
            "ALTER TABLE t ADD CONSTRAINT late UNIQUE (a) DEFERRABLE;"
            "CREATE UNIQUE INDEX two ON t (a, b);",
            [],
            id="the narrow one is checked later",
        ),
        pytest.param(
            "CREATE UNIQUE INDEX one ON t (a); CREATE UNIQUE INDEX two ON t (a, b);"
            "CREATE TABLE u (a int, b int, FOREIGN KEY (a, b) REFERENCES t (a, b));",
            [],
            id="a foreign key needs the wide one",
        ),
        pytest.param(
            'CREATE UNIQUE INDEX one ON t (c COLLATE "C"); CREATE UNIQUE INDEX two ON t (c, a);',
            [],
            id="the narrow one compares otherwise",
        ),
    ],
)
async def test_a_unique_superset_is_redundant_if_it_can_refuse_nothing(
    patient: Patient, sql: str, flagged: list[str]
) -> None:
    assert await patient.flagged(_PLAIN + sql, "redundant-unique-superset") == flagged


async def test_a_primary_key_over_a_unique_column_is_kept(patient: Patient) -> None:
    sql = "CREATE TABLE t (a int, b int UNIQUE, PRIMARY KEY (a, b));"

    assert await patient.flagged(sql, "redundant-unique-superset") == []
