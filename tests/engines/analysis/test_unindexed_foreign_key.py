"""Which indexes serve a foreign key, case by case."""

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
_TENANT_AND_USER = (
    'CREATE INDEX CONCURRENTLY "orders_tenant_id_user_id_idx" '
    'ON "public"."orders" ("tenant_id", "user_id");'
)


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


async def test_indexes_of_all_partitions_serve_as_well_as_one_of_the_parent(
    patient: Patient,
) -> None:
    sql = """
        CREATE TABLE parents (id bigint PRIMARY KEY);
        CREATE TABLE children (id bigint, parent_id bigint REFERENCES parents)
          PARTITION BY RANGE (id);
        CREATE TABLE children_1 PARTITION OF children FOR VALUES FROM (0) TO (10);
        CREATE TABLE children_2 PARTITION OF children DEFAULT;
        CREATE INDEX ON children_1 (parent_id);
    """
    half = await patient.flagged(sql, "unindexed-foreign-key")
    whole = await patient.flagged(
        f"{sql} CREATE INDEX ON children_2 (parent_id);", "unindexed-foreign-key"
    )

    assert (half, whole) == (["public.children.children_parent_id_fkey"], [])


@pytest.mark.parametrize(
    ("sql", "flagged"),
    [
        pytest.param("CREATE INDEX ON o (code);", 0, id="the column's collation"),
        pytest.param("CREATE INDEX ON o (code text_pattern_ops);", 0, id="equality all the same"),
        pytest.param('CREATE INDEX ON o (code COLLATE "C");', 1, id="another collation"),
    ],
)
async def test_a_text_is_found_in_its_own_collation(
    patient: Patient, sql: str, flagged: int
) -> None:
    tables = "CREATE TABLE c (code text PRIMARY KEY); CREATE TABLE o (code text REFERENCES c);"

    assert len(await patient.flagged(tables + sql, "unindexed-foreign-key")) == flagged


async def test_a_foreign_key_with_a_period_is_found_by_its_other_columns(
    patient: Patient,
) -> None:
    sql = """
        CREATE EXTENSION btree_gist;
        CREATE TABLE rooms (id int, during daterange, PRIMARY KEY (id, during WITHOUT OVERLAPS));
        CREATE TABLE stays (
          room_id int, during daterange,
          FOREIGN KEY (room_id, PERIOD during) REFERENCES rooms (id, PERIOD during)
        );
        CREATE INDEX ON stays (room_id);
    """

    assert await patient.flagged(sql, "unindexed-foreign-key") == []


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
        _TENANT_AND_USER,
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
