"""Reading again: the fingerprint is that of a whole reading, whatever happened in between."""

from collections.abc import AsyncGenerator

import pytest

from server.engines.catalog.fingerprint import fingerprint, share
from server.engines.catalog.read import read_catalog
from server.engines.catalog.reread import Rereader
from server.engines.postgres.session import Isolation, Session
from server.engines.postgres.shadow import Shadow

pytestmark = pytest.mark.anyio

_SETUP = """
CREATE SCHEMA app;
CREATE EXTENSION hstore SCHEMA app;
CREATE TYPE app.state AS ENUM ('new', 'done');
CREATE DOMAIN app.positive AS integer CHECK (VALUE > 0);
CREATE TABLE app.customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text);
CREATE TABLE app.orders (
  id bigint PRIMARY KEY, customer bigint REFERENCES app.customers, state app.state DEFAULT 'new',
  amount app.positive, things app.hstore, CONSTRAINT large CHECK (amount > 5), EXCLUDE (id WITH =)
);
CREATE INDEX by_state ON app.orders (state) WHERE amount > 10;
CREATE STATISTICS app.together ON customer, state FROM app.orders;
CREATE VIEW app.totals AS SELECT c.name, sum(o.amount) AS total FROM app.customers c
  JOIN app.orders o ON o.customer = c.id GROUP BY c.name;
CREATE FUNCTION app.stated(app.state) RETURNS bigint LANGUAGE sql STABLE
  RETURN (SELECT count(*) FROM app.orders WHERE state = $1);
CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER touched BEFORE UPDATE OF state ON app.orders FOR EACH ROW
  WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION app.touch();
CREATE POLICY own ON app.orders USING (customer > 0);
COMMENT ON COLUMN app.orders.state IS 'how far it is';
"""
_CHANGES = (
    "ALTER SCHEMA app RENAME TO shop",
    "ALTER TABLE app.customers RENAME TO clients",
    "ALTER TABLE app.orders RENAME COLUMN state TO progress",
    "ALTER TABLE app.orders ADD name text",
    "ALTER TABLE app.orders DROP COLUMN things",
    "ALTER TABLE app.orders DROP COLUMN customer CASCADE",
    "ALTER TABLE app.orders SET SCHEMA public",
    "ALTER TABLE app.orders ALTER state DROP DEFAULT",
    "ALTER TABLE app.orders ALTER id TYPE numeric",
    "ALTER TABLE app.orders RENAME CONSTRAINT large TO larger",
    "ALTER TABLE app.orders DROP CONSTRAINT large, ADD CONSTRAINT large CHECK (amount > 6)",
    "ALTER TYPE app.state RENAME TO progress",
    "ALTER TYPE app.state RENAME VALUE 'new' TO 'fresh'",
    "ALTER TYPE app.state ADD VALUE 'gone'",
    "ALTER DOMAIN app.positive RENAME TO plus",
    "ALTER FUNCTION app.touch() RENAME TO touching",
    "ALTER INDEX app.by_state RENAME TO by_progress",
    "ALTER EXTENSION hstore SET SCHEMA public",
    "ALTER EXTENSION hstore DROP FUNCTION app.slice(app.hstore, text[])",
    "DROP EXTENSION hstore CASCADE",
    "DROP TABLE app.orders CASCADE",
    "DROP INDEX app.by_state",
    "CREATE INDEX ON app.orders (amount, (id + 1))",
    "CREATE TABLE app.orders_of_today () INHERITS (app.orders)",
    "GRANT SELECT (name) ON app.customers TO pg_monitor",
    "ALTER TABLE app.orders OWNER TO pg_monitor",
    "COMMENT ON TABLE app.orders IS 'what is wanted'; COMMENT ON COLUMN app.orders.state IS NULL",
    'CREATE COLLATION app.plain FROM "C"',
    "CREATE FUNCTION pg_catalog.intruder() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
)


@pytest.fixture(scope="module")
async def session(shadow: Shadow) -> AsyncGenerator[Session, None]:
    async with (
        shadow.database() as database,
        await database.connect(keeps_statements=True) as session,
    ):
        await session.script(_SETUP)
        yield session


@pytest.fixture(scope="module")
def rereader(session: Session) -> Rereader:
    """One for all tests, so that each also takes back what the last one changed."""
    return Rereader(session, share)


@pytest.mark.parametrize("change", _CHANGES)
async def test_after_a_change_the_fingerprint_is_that_of_a_whole_reading(
    session: Session, rereader: Rereader, change: str
) -> None:
    before = await rereader.fingerprint()

    async with session.undone(isolation=Isolation.REPEATABLE_READ):
        await session.script(change)
        after = await rereader.fingerprint()

        assert after == fingerprint(await read_catalog(session))
        assert after != before


async def test_without_a_change_the_fingerprint_stays(session: Session, rereader: Rereader) -> None:
    before = await rereader.fingerprint()

    assert await rereader.fingerprint() == before
    assert before == fingerprint(await read_catalog(session))
