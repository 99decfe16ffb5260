"""What can be asked of a catalog."""

import pytest

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.dependency import Dependency, DependencyType
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import Constraint
from server.engines.catalog.kinds.index import Index
from server.engines.catalog.kinds.schema import Schema
from server.engines.catalog.kinds.sequence import Sequence
from server.engines.catalog.kinds.table import Table
from server.engines.catalog.kinds.trigger import Trigger
from server.engines.catalog.read import read_catalog
from server.engines.catalog.reader import Reader
from server.engines.catalog.registry import readers
from server.engines.postgres.session import Isolation, Session
from server.errors import NotFoundError

pytestmark = pytest.mark.anyio

_SCHEMA = """
CREATE SCHEMA app;
CREATE TABLE app.customers (id bigint PRIMARY KEY);
CREATE TABLE app.orders (
  z serial PRIMARY KEY, customer bigint REFERENCES app.customers, a text DEFAULT 'x'
);
CREATE INDEX by_customer ON app.orders (customer);
CREATE FUNCTION app.note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE TRIGGER noted AFTER INSERT ON app.orders FOR EACH ROW EXECUTE FUNCTION app.note();
CREATE POLICY own ON app.orders USING (true);
COMMENT ON TABLE app.orders IS 'what was bought';
"""
_ORDERS = Identity.parse("table:app.orders")


@pytest.fixture
async def catalog(bench: Session) -> Catalog:
    async with bench.undone(isolation=Isolation.REPEATABLE_READ):
        await bench.script(_SCHEMA)
        return await read_catalog(bench)


async def test_facts_of_a_kind_are_sorted(catalog: Catalog) -> None:
    names = [str(table.identity) for table in catalog.of(Table)]

    assert names == ["table:app.customers", "table:app.orders"]


async def test_a_fact_is_found_by_identity_and_kind(catalog: Catalog) -> None:
    assert catalog.get(_ORDERS, Table) is catalog[_ORDERS]
    assert catalog.get(_ORDERS, Index) is None
    assert _ORDERS in catalog


async def test_what_is_not_there_is_named(catalog: Catalog) -> None:
    with pytest.raises(NotFoundError, match=r"has no table:app"):
        catalog[Identity.parse("table:app.nothing")]


async def test_columns_come_in_their_order(catalog: Catalog) -> None:
    assert [each.identity.name for each in catalog.columns(_ORDERS)] == ["z", "customer", "a"]


async def test_a_table_has_its_parts(catalog: Catalog) -> None:
    parts = {
        kind.__name__: [each.identity.name for each in catalog.children(_ORDERS, kind)]
        for kind in (Index, Trigger)
    }

    assert parts == {"Index": ["by_customer", "orders_pkey"], "Trigger": ["noted"]}
    assert [each.identity.name for each in catalog.policies(_ORDERS)] == ["own"]
    assert catalog.comment(_ORDERS) == "what was bought"
    assert catalog.owner(_ORDERS) == "shadow_superuser"


async def test_parents_lead_to_the_schema(catalog: Catalog) -> None:
    column = catalog.get(Identity.parse("column:app.orders.a"), Column)
    assert column is not None
    assert column.parent is not None
    table = catalog[column.parent]
    assert table.parent is not None
    schema = catalog[table.parent]

    assert isinstance(schema, Schema)
    assert schema.parent is None


async def test_a_foreign_key_knows_both_tables(catalog: Catalog) -> None:
    key = catalog[Identity.parse("constraint:app.orders.orders_customer_fkey")]

    assert isinstance(key, Constraint)
    assert (key.parent, key.references) == (_ORDERS, Identity.parse("table:app.customers"))
    assert (key.columns, key.referenced_columns) == (("customer",), ("id",))


async def test_a_sequence_knows_the_column_that_owns_it(catalog: Catalog) -> None:
    (sequence,) = catalog.of(Sequence)

    assert sequence.owned_by == Identity.parse("column:app.orders.z")


async def test_dependencies_are_known_from_both_sides(catalog: Catalog) -> None:
    default, sequence = (
        Identity.parse("default:app.orders.z"),
        Identity.parse("sequence:app.orders_z_seq"),
    )
    edge = Dependency(default, sequence, DependencyType.NORMAL)

    assert edge in catalog.dependencies_of(default)
    assert edge in catalog.dependents(sequence)


@pytest.mark.parametrize("major", [14, 15, 16, 17, 18])
@pytest.mark.parametrize("reader", readers(), ids=lambda reader: reader.fact.kind)
async def test_the_query_for_an_older_version_is_understood(
    bench: Session, reader: Reader, major: int
) -> None:
    # Later versions have all that older ones had, so they understand what was written for those.
    assert isinstance(await bench.rows(reader.query(major)), list)
