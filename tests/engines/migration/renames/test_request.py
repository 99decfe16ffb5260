"""The argument form of a rename, and what is wrong with one."""

from collections.abc import AsyncGenerator

import pytest

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.migration.renames.rename import Rename
from server.engines.migration.renames.request import argument, merged, requested
from server.engines.postgres.cluster import Cluster
from server.engines.postgres.shadow import Shadow
from server.errors import InvalidInputError
from tests.engines.migration.renames.trip import catalogs, taken

pytestmark = pytest.mark.anyio

_OLD = """
CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE people (mail text, "a=b" int, kept int);
CREATE FUNCTION f(mood) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION lone() RETURNS int LANGUAGE sql AS 'SELECT 1';
"""
_NEW = """
CREATE SCHEMA app;
CREATE TYPE app.feeling AS ENUM ('Very sad'); CREATE TABLE users (email text, "C=D" int, kept int);
CREATE FUNCTION g(app.feeling) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION lonely() RETURNS int LANGUAGE sql AS 'SELECT 1';
"""
_ALL = (
    'column:public.people."a=b"="C=D"',
    "column:public.people.mail=email",
    "table:public.people=users",
    "routine:public.f(public.mood)=g",
    "routine:public.lone=lonely",
    'enum_label:public.mood.sad="Very sad"',
    "enum:public.mood=app.feeling",
)


@pytest.fixture(scope="module")
async def cluster(shadow: Shadow) -> AsyncGenerator[Cluster, None]:
    async with shadow.cluster() as cluster:
        yield cluster


@pytest.fixture(scope="module")
async def both(cluster: Cluster) -> tuple[Catalog, Catalog]:
    old, new = await catalogs(cluster, _OLD, _NEW)
    return old, new


async def test_arguments_rename_in_any_order(cluster: Cluster) -> None:
    trip = await taken(cluster, _OLD, _NEW, *_ALL)

    assert trip.rest == ()


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["table:public.people"], "Kinds: .*table"),
        (["people=users"], "no identity"),
        (["role:public=users"], "cannot be renamed.*Kinds:"),
        (["owner:x::table:public.people=users"], "cannot be renamed"),
        (["table:public.people="], "no new name"),
        (["table:public.people=a.b.c"], "no new name"),
        (["column:public.people.mail=public.email"], "no new name"),
        (["table:public.people=Users"], "no new name"),
        (["table:public.peoples=users"], "source has no .*It has table:public.people"),
        (["table:public.people=user"], "target has no .*It has table:public.users"),
        (["column:public.users.mail=email"], "source has no column:public.users.mail"),
        (["routine:public.f=g"], r"Name one: routine:public.f\(integer\), routine:public.f\(p"),
        (["table:public.people=users", "column:public.people.kept=email"], "target still has"),
        (["table:public.people=users", "table:public.people=users"], "more than one rename"),
    ],
)
async def test_a_wrong_argument_is_refused_with_what_would_be_right(
    both: tuple[Catalog, Catalog], texts: list[str], said: str
) -> None:
    with pytest.raises(InvalidInputError, match=said):
        requested(texts, *both)


async def test_a_rename_that_is_said_twice_alike_is_one_and_else_a_contradiction() -> None:
    one = Rename(Identity("table", ("s", "a")), Identity("table", ("s", "b")))
    other = Rename(one.old, Identity("table", ("s", "c")))

    assert merged([one], [one]) == (one,)
    with pytest.raises(InvalidInputError, match="more than one rename"):
        merged([one], [other])


async def test_the_argument_of_a_rename_reads_back(both: tuple[Catalog, Catalog]) -> None:
    named = Rename(Identity("table", ("public", "people")), Identity("table", ("public", "users")))

    assert requested([argument(named)], *both) == (named,)
