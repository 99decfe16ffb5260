"""Schemas that were made to be hard to read."""

import pytest

from server.engines.catalog.dependency import DependencyType
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import Constraint
from server.engines.catalog.kinds.index import Index
from server.engines.catalog.kinds.privilege import Privilege
from server.engines.catalog.kinds.table import Table
from server.engines.catalog.kinds.trigger import Trigger
from server.engines.catalog.read import read_catalog
from server.engines.postgres.cluster import Database
from server.engines.postgres.session import StatementError
from tests.engines.catalog.conftest import CatalogOf

pytestmark = pytest.mark.anyio


def _identity(text: str) -> Identity:
    return Identity.parse(text)


@pytest.mark.parametrize(
    "name",
    [
        'a"b',
        "a.b",
        "a\nb",
        "a'b",
        "ünï😀",
        "x" * 63,
        "select",
        " ",
        "::",
        "a,b(c)",
        "\\",
        "$$",
        "%s",
    ],
)
async def test_an_odd_name_is_read_as_it_is(catalog_of: CatalogOf, name: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    table = "t" + name[:60]
    quoted_table = '"' + table.replace('"', '""') + '"'

    catalog = await catalog_of(f"""
        CREATE SCHEMA {quoted};
        CREATE TYPE {quoted}.{quoted} AS ENUM ('a');
        CREATE FUNCTION {quoted}.{quoted}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END';
        CREATE TABLE {quoted}.{quoted_table} (
          {quoted} {quoted}.{quoted} CONSTRAINT {quoted} CHECK ({quoted} IS NOT NULL) UNIQUE);
        CREATE TRIGGER {quoted} BEFORE UPDATE OF {quoted} ON {quoted}.{quoted_table}
          FOR EACH ROW WHEN (new.{quoted} IS NULL) EXECUTE FUNCTION {quoted}.{quoted}();
    """)

    column = catalog.get(Identity("column", (name, table, name)), Column)
    trigger = catalog.get(Identity("trigger", (name, table, name)), Trigger)
    constraint = catalog.get(Identity("constraint", (name, table, name)), Constraint)
    assert column is not None
    assert trigger is not None
    assert constraint is not None
    assert (trigger.update_columns, constraint.columns) == ((name,), (name,))
    assert all(Identity.parse(str(each)) == each for each in catalog.facts)
    assert catalog.unmodeled == ()


async def test_a_dropped_column_shifts_nothing(catalog_of: CatalogOf) -> None:
    catalog = await catalog_of("""
        CREATE TABLE p (x integer, a integer, b integer, UNIQUE (a, b));
        ALTER TABLE p DROP x;
        CREATE TABLE t (x integer, a integer, b integer, c integer);
        ALTER TABLE t DROP x;
        ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (b, c) REFERENCES p (a, b);
        CREATE INDEX i ON t (c) INCLUDE (a);
    """)

    key = catalog[_identity("constraint:public.t.f")]
    index = catalog[_identity("index:public.i")]
    assert isinstance(key, Constraint)
    assert isinstance(index, Index)
    assert [column.position for column in catalog.columns(_identity("table:public.t"))] == [1, 2, 3]
    assert (key.columns, key.referenced_columns) == (("b", "c"), ("a", "b"))
    assert (index.key_columns, index.included_columns) == (("c",), ("a",))


async def test_partitions_of_partitions_keep_their_own_ways(catalog_of: CatalogOf) -> None:
    catalog = await catalog_of("""
        CREATE TABLE e (id integer DEFAULT 1, at date, kind text) PARTITION BY RANGE (at);
        CREATE TABLE e1 PARTITION OF e FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')
          PARTITION BY LIST (kind);
        CREATE TABLE e1a PARTITION OF e1 (id DEFAULT 5 NOT NULL) FOR VALUES IN ('a', NULL);
        CREATE TABLE e1d PARTITION OF e1 DEFAULT;
        CREATE INDEX by_kind ON e (kind);
        ALTER TABLE e1d ALTER id DROP DEFAULT;
    """)

    leaf = catalog[_identity("table:public.e1a")]
    index = catalog[_identity("index:public.e1a_kind_idx")]
    default = catalog.default(_identity("column:public.e1a.id"))
    assert isinstance(leaf, Table)
    assert isinstance(index, Index)
    assert default is not None
    assert leaf.parents == (_identity("table:public.e1"),)
    assert leaf.partition_bound == "FOR VALUES IN ('a', NULL)"
    assert index.partition_of == _identity("index:public.e1_kind_idx")
    assert default.expression == "5"
    assert catalog.default(_identity("column:public.e1d.id")) is None


async def test_what_a_key_of_partitions_makes_for_itself_is_no_fact(catalog_of: CatalogOf) -> None:
    catalog = await catalog_of("""
        CREATE TABLE p (id integer PRIMARY KEY) PARTITION BY RANGE (id);
        CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (9);
        CREATE TABLE p2 PARTITION OF p DEFAULT;
        CREATE TABLE t (p integer CONSTRAINT f REFERENCES p);
    """)

    keys = [each.identity.name for each in catalog.constraints(_identity("table:public.t"))]
    assert keys == ["f"]
    assert catalog.unmodeled == ()


async def test_a_routine_with_a_parsed_body_needs_what_the_body_names(
    catalog_of: CatalogOf,
) -> None:
    catalog = await catalog_of("""
        CREATE TABLE t (id integer);
        CREATE FUNCTION f() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM t; END;
        ALTER TABLE t ALTER id SET DEFAULT f();
    """)

    needed_by_default = {
        each.referenced for each in catalog.dependencies_of(_identity("default:public.t.id"))
    }
    needed_by_routine = {
        each.referenced for each in catalog.dependencies_of(_identity("routine:public.f()"))
    }
    assert _identity("routine:public.f()") in needed_by_default
    assert _identity("table:public.t") in needed_by_routine
    assert _identity("default:public.t.id") not in needed_by_routine


async def test_foreign_keys_in_a_circle_need_each_other(catalog_of: CatalogOf) -> None:
    catalog = await catalog_of("""
        CREATE TABLE a (id integer PRIMARY KEY, b integer);
        CREATE TABLE b (id integer PRIMARY KEY, a integer CONSTRAINT to_a REFERENCES a);
        ALTER TABLE a ADD CONSTRAINT to_b FOREIGN KEY (b) REFERENCES b;
    """)

    dependents = {each.dependent for each in catalog.dependents(_identity("column:public.a.id"))}
    assert _identity("constraint:public.b.to_a") in dependents
    assert _identity("constraint:public.a.to_b") not in dependents


async def test_what_an_owned_sequence_and_a_partition_need_is_said(catalog_of: CatalogOf) -> None:
    catalog = await catalog_of(
        """
        CREATE TABLE t (id serial, at date) PARTITION BY RANGE (at);
        CREATE TABLE t1 PARTITION OF t DEFAULT;
    """
    )

    found = {
        (str(each.dependent), str(each.referenced), each.type) for each in catalog.dependencies
    }
    automatic = DependencyType.AUTOMATIC
    assert ("sequence:public.t_id_seq", "column:public.t.id", automatic) in found
    assert ("table:public.t1", "table:public.t", automatic) in found


async def test_a_remark_on_the_rule_behind_a_view_is_none_on_the_view(
    catalog_of: CatalogOf,
) -> None:
    catalog = await catalog_of("""
        CREATE VIEW v AS SELECT 1 AS a;
        COMMENT ON RULE "_RETURN" ON v IS 'the rule';
    """)

    assert catalog.comment(_identity("view:public.v")) is None


async def test_an_index_whose_concurrent_build_failed_is_invalid(database: Database) -> None:
    async with await database.connect(settings={"search_path": "public"}) as session:
        await session.script("CREATE TABLE t (id integer); INSERT INTO t VALUES (1), (1)")
        with pytest.raises(StatementError):
            await session.script("CREATE UNIQUE INDEX CONCURRENTLY once ON t (id)")

        catalog = await read_catalog(session)

    index = catalog[_identity("index:public.once")]
    assert isinstance(index, Index)
    assert not index.is_valid


async def test_grants_on_columns_and_tables_stand_side_by_side(catalog_of: CatalogOf) -> None:
    catalog = await catalog_of("""
        CREATE TABLE t (id integer, note text);
        GRANT SELECT ON t TO public;
        GRANT UPDATE (note), SELECT (note) ON t TO pg_monitor WITH GRANT OPTION;
        REVOKE ALL ON t FROM CURRENT_USER;
    """)

    of_table = catalog.privileges(_identity("table:public.t"))
    (of_column,) = catalog.privileges(_identity("column:public.t.note"))
    assert [(each.grantee, each.privileges) for each in of_table] == [("public", {"SELECT"})]
    assert of_table[0].is_to_everyone
    assert of_column.grantable == {"UPDATE", "SELECT"}


async def test_a_change_of_owner_is_no_change_of_privileges(catalog_of: CatalogOf) -> None:
    before = await catalog_of("CREATE TABLE t (id integer); GRANT SELECT ON t TO pg_monitor")

    after = await catalog_of("ALTER TABLE t OWNER TO pg_database_owner")

    identities = [each.identity for each in before.of(Privilege)]
    assert [each.identity for each in after.of(Privilege)] == identities
    assert after.owner(_identity("table:public.t")) == "pg_database_owner"


async def test_members_of_an_extension_are_no_facts_and_what_needs_them_needs_it(
    catalog_of: CatalogOf,
) -> None:
    catalog = await catalog_of("""
        CREATE EXTENSION hstore;
        CREATE TABLE t (h hstore);
        CREATE INDEX i ON t USING gin (h);
    """)

    extension = _identity("extension:hstore")
    dependents = {str(each.dependent) for each in catalog.dependents(extension)}
    assert catalog.extension_members[_identity("base_type:public.hstore")] == extension
    assert dependents >= {"column:public.t.h", "index:public.i"}
    assert "hstore_to_json" not in str(list(catalog))
    assert catalog.unmodeled == ()


async def test_a_table_in_the_schema_of_an_extension_is_the_users(catalog_of: CatalogOf) -> None:
    catalog = await catalog_of("""
        CREATE EXTENSION hstore;
        CREATE SCHEMA parts;
        ALTER EXTENSION hstore ADD SCHEMA parts;
        CREATE TABLE parts.t (id integer);
        COMMENT ON TABLE parts.t IS 'mine';
    """)

    assert catalog.comment(_identity("table:parts.t")) == "mine"


async def test_two_views_that_need_each_other_by_a_rule_are_read(catalog_of: CatalogOf) -> None:
    catalog = await catalog_of("""
        CREATE TABLE t (id integer);
        CREATE VIEW one AS SELECT id FROM t;
        CREATE VIEW two AS SELECT id FROM one;
        CREATE RULE around AS ON INSERT TO one DO INSTEAD INSERT INTO t SELECT id FROM two;
    """)

    needs = {
        name: {str(each.referenced) for each in catalog.dependencies_of(_identity(name))}
        for name in ("view:public.two", "rule:public.one.around")
    }
    assert "view_column:public.one.id" in needs["view:public.two"]
    assert "view_column:public.two.id" in needs["rule:public.one.around"]
