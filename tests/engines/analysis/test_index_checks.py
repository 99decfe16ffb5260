"""What the checks of indexes flag and what they let pass, case by case."""

import pytest

from tests.engines.analysis.patient import Patient

pytestmark = pytest.mark.anyio

_LINKED = """
CREATE TABLE parents (id bigint PRIMARY KEY, region bigint NOT NULL, UNIQUE (region, id));
CREATE TABLE children (
  id bigint PRIMARY KEY, parent_id bigint REFERENCES parents, region bigint, note text,
  during int4range
);
"""
_COMPOSITE = (
    _LINKED + "ALTER TABLE children ADD CONSTRAINT pair FOREIGN KEY (region, parent_id) "
    "REFERENCES parents (region, id);"
)
_PLAIN = "CREATE TABLE t (id bigint PRIMARY KEY, a int NOT NULL, b int, c text, d timestamptz);"


@pytest.mark.parametrize(
    ("sql", "flagged"),
    [
        pytest.param("", ["public.children.children_parent_id_fkey"], id="no index"),
        pytest.param("CREATE INDEX ON children (parent_id);", [], id="an index"),
        pytest.param("CREATE INDEX ON children (parent_id DESC, note);", [], id="a longer index"),
        pytest.param("ALTER TABLE children ADD UNIQUE (parent_id);", [], id="a unique constraint"),
        pytest.param("CREATE INDEX ON children USING hash (parent_id);", [], id="a hash index"),
        pytest.param(
            "CREATE INDEX ON children (parent_id) WHERE parent_id IS NOT NULL;",
            [],
            id="a partial index that leaves out only NULLs",
        ),
        pytest.param(
            "CREATE INDEX ON children (parent_id) WHERE note IS NOT NULL;",
            ["public.children.children_parent_id_fkey"],
            id="a partial index that leaves out rows",
        ),
        pytest.param(
            "CREATE INDEX ON children (region, parent_id);",
            ["public.children.children_parent_id_fkey"],
            id="a key that is not the first",
        ),
        pytest.param(
            "CREATE INDEX ON children (region) INCLUDE (parent_id);",
            ["public.children.children_parent_id_fkey"],
            id="a column that is only included",
        ),
        pytest.param(
            "CREATE INDEX ON children ((parent_id + 0));",
            ["public.children.children_parent_id_fkey"],
            id="an expression",
        ),
        pytest.param(
            "CREATE INDEX ON children USING brin (parent_id);",
            ["public.children.children_parent_id_fkey"],
            id="an index of another kind",
        ),
        pytest.param(
            "CREATE INDEX i ON children (parent_id);"
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'i'::regclass;",
            ["public.children.children_parent_id_fkey"],
            id="an invalid index",
        ),
        pytest.param(
            "CREATE EXTENSION btree_gist;"
            "ALTER TABLE children ADD EXCLUDE USING gist (parent_id WITH =, during WITH &&);",
            [],
            id="an exclusion constraint",
        ),
    ],
)
async def test_a_foreign_key_needs_an_index_that_finds_its_rows(
    patient: Patient, sql: str, flagged: list[str]
) -> None:
    assert await patient.flagged(_LINKED + sql, "unindexed-foreign-key") == flagged


@pytest.mark.parametrize(
    ("sql", "flagged"),
    [
        pytest.param("CREATE INDEX ON children (region, parent_id);", 1, id="in its order"),
        pytest.param("CREATE INDEX ON children (parent_id, region);", 0, id="in any order"),
        pytest.param("CREATE INDEX ON children (parent_id);", 1, id="not by one column alone"),
    ],
)
async def test_a_composite_foreign_key_takes_its_columns_in_any_order(
    patient: Patient, sql: str, flagged: int
) -> None:
    assert len(await patient.flagged(_COMPOSITE + sql, "unindexed-foreign-key")) == flagged


async def test_a_partition_is_judged_through_its_parent(patient: Patient) -> None:
    found = await patient.flagged(
        """
        CREATE TABLE parents (id bigint PRIMARY KEY) PARTITION BY RANGE (id);
        CREATE TABLE parents_1 PARTITION OF parents FOR VALUES FROM (0) TO (10);
        CREATE TABLE children (id bigint, parent_id bigint REFERENCES parents)
          PARTITION BY RANGE (id);
        CREATE TABLE children_1 PARTITION OF children FOR VALUES FROM (0) TO (10);
        """,
        "unindexed-foreign-key",
    )

    assert found == ["public.children.children_parent_id_fkey"]


async def test_a_foreign_key_that_nothing_enforces_looks_nothing_up(patient: Patient) -> None:
    sql = _LINKED.replace("REFERENCES parents", "REFERENCES parents NOT ENFORCED")

    assert await patient.flagged(sql, "unindexed-foreign-key") == []


async def test_one_index_is_proposed_for_foreign_keys_that_begin_alike(patient: Patient) -> None:
    await patient.admit(
        """
        CREATE TABLE tenants (id bigint PRIMARY KEY);
        CREATE TABLE users (tenant_id bigint, id bigint, PRIMARY KEY (tenant_id, id));
        CREATE TABLE orders (
          id bigint PRIMARY KEY, tenant_id bigint REFERENCES tenants, user_id bigint,
          FOREIGN KEY (tenant_id, user_id) REFERENCES users
        );
        """
    )

    tenant, user = await patient.findings("unindexed-foreign-key")

    assert (tenant.fix, user.fix) == (
        "",
        'CREATE INDEX CONCURRENTLY "orders_tenant_id_user_id_idx" '
        'ON "public"."orders" ("tenant_id", "user_id");',
    )
    assert "orders_tenant_id_user_id_fkey" in tenant.advice


async def test_a_partitioned_table_gets_its_index_in_one_go(patient: Patient) -> None:
    await patient.admit(
        """
        CREATE TABLE parents (id bigint PRIMARY KEY);
        CREATE TABLE children (id bigint, parent_id bigint REFERENCES parents)
          PARTITION BY RANGE (id);
        CREATE TABLE children_1 PARTITION OF children FOR VALUES FROM (0) TO (10);
        """
    )
    (finding,) = await patient.findings("unindexed-foreign-key")

    await patient.take(finding.fix)

    assert await patient.findings("unindexed-foreign-key") == ()
    assert "CONCURRENTLY" not in finding.fix


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
