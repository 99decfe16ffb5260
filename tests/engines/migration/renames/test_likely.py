"""Renames that may be meant: asked for where something speaks for them, and not elsewhere."""

from collections.abc import AsyncGenerator

import pytest

from server.engines.migration.renames.likely import LikelyRename, likely_renames
from server.engines.migration.renames.resemblance import Confidence
from server.engines.postgres.cluster import Cluster
from server.engines.postgres.shadow import Shadow
from tests.engines.migration.renames.trip import catalogs, taken

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def cluster(shadow: Shadow) -> AsyncGenerator[Cluster, None]:
    async with shadow.cluster() as cluster:
        yield cluster


async def _asked(cluster: Cluster, old: str, new: str) -> tuple[LikelyRename, ...]:
    before, after = await catalogs(cluster, old, new)
    return likely_renames(before, after)


def _pairs(questions: tuple[LikelyRename, ...]) -> list[tuple[str, str, Confidence]]:
    return [(str(each.old), each.new.name, each.confidence) for each in questions]


_STRONG, _FAIR, _WEAK = Confidence.STRONG, Confidence.FAIR, Confidence.WEAK
_LIKELY = {
    "a column in its place with a name like it": (
        "CREATE TABLE t (id int, mail text, x int)",
        "CREATE TABLE t (id int, email text, x int)",
        [("column:public.t.mail", "email", _STRONG)],
    ),
    "a column elsewhere with a name like it": (
        "CREATE TABLE t (id int, mail text, x int)",
        "CREATE TABLE t (id int, x int, email text)",
        [("column:public.t.mail", "email", _FAIR)],
    ),
    "a column in its place with another name": (
        "CREATE TABLE t (id int, is_a bool)",
        "CREATE TABLE t (id int, enabled bool)",
        [("column:public.t.is_a", "enabled", _WEAK)],
    ),
    "of two new columns the one with a name like it": (
        "CREATE TABLE t (is_active bool, x int)",
        "CREATE TABLE t (is_locked bool, x int, active bool)",
        [("column:public.t.is_active", "active", _FAIR)],
    ),
    "a table with equal columns": (
        "CREATE TABLE people (id int PRIMARY KEY, mail text, born date)",
        "CREATE TABLE users (id int PRIMARY KEY, mail text, born date)",
        [("table:public.people", "users", _STRONG)],
    ),
    "a table with nearly equal columns and a name like it": (
        "CREATE TABLE customer (a int, b int, c int, d int)",
        "CREATE TABLE customers (a int, b int, c int, d int, e int)",
        [("table:public.customer", "customers", _FAIR)],
    ),
    "an enum with equal labels, and the label of another": (
        "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TYPE b AS ENUM ('red', 'gray')",
        "CREATE TYPE feeling AS ENUM ('sad', 'ok'); CREATE TYPE b AS ENUM ('red', 'gray2')",
        [("enum:public.mood", "feeling", _STRONG), ("enum_label:public.b.gray", "gray2", _STRONG)],
    ),
    "definitions that are equal": (
        (
            "CREATE TABLE t (a int CONSTRAINT c CHECK (a > 0)); CREATE INDEX i ON t (a);"
            "CREATE VIEW v AS SELECT a FROM t;"
            "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 7 * a'"
        ),
        (
            "CREATE TABLE t (a int CONSTRAINT d CHECK (a > 0)); CREATE INDEX j ON t (a);"
            "CREATE VIEW w AS SELECT a FROM t;"
            "CREATE FUNCTION g(a int) RETURNS int LANGUAGE sql AS 'SELECT 7 * a'"
        ),
        [
            ("constraint:public.t.c", "d", _STRONG),
            ("index:public.i", "j", _STRONG),
            ("routine:public.f(integer)", "g", _STRONG),
            ("view:public.v", "w", _STRONG),
        ],
    ),
    "a schema with the same in it": (
        "CREATE SCHEMA app; CREATE TABLE app.t (a int); CREATE TABLE app.u (a int)",
        "CREATE SCHEMA web; CREATE TABLE web.t (a int); CREATE TABLE web.u (a int)",
        [("schema:app", "web", _STRONG)],
    ),
    "a row type and a domain": (
        "CREATE TYPE pair AS (a int, b text); CREATE DOMAIN mail AS text CHECK (VALUE <> '')",
        "CREATE TYPE couple AS (a int, b text); CREATE DOMAIN email AS text CHECK (VALUE <> '')",
        [
            ("domain:public.mail", "email", _STRONG),
            ("composite_type:public.pair", "couple", _STRONG),
        ],
    ),
}


@pytest.mark.parametrize("name", _LIKELY)
async def test_what_resembles_is_asked_about(cluster: Cluster, name: str) -> None:
    old, new, expected = _LIKELY[name]

    questions = await _asked(cluster, old, new)

    assert sorted(_pairs(questions)) == sorted(expected)


_UNLIKE = {
    "columns of other types": ("CREATE TABLE t (mail text)", "CREATE TABLE t (email int)"),
    "columns in other places with other names": (
        "CREATE TABLE t (is_a bool, x int, y int)",
        "CREATE TABLE t (x int, y int, is_b bool)",
    ),
    "times that many tables have": (
        "CREATE TABLE t (created_at timestamptz, x int)",
        "CREATE TABLE t (x int, updated_at timestamptz)",
    ),
    "tables with other columns": (
        "CREATE TABLE a (id int, x int, y text)",
        "CREATE TABLE b (id int, p int, q text)",
    ),
    "free sequences": ("CREATE SEQUENCE invoices", "CREATE SEQUENCE tickets"),
    "empty schemas": ("CREATE SCHEMA a", "CREATE SCHEMA b"),
    "domains over one type": ("CREATE DOMAIN color AS text", "CREATE DOMAIN zip AS text"),
    "what is only new": ("", "CREATE TABLE t (a int)"),
    "what is only gone": ("CREATE TABLE t (a int)", ""),
}


@pytest.mark.parametrize("name", _UNLIKE)
async def test_what_has_little_in_common_is_not_asked_about(cluster: Cluster, name: str) -> None:
    old, new = _UNLIKE[name]

    assert await _asked(cluster, old, new) == ()


_ODD = {
    "a column": ('CREATE TABLE t ("Mail" text)', "CREATE TABLE t (\n mail2 text {}\n)"),
    "a label": ("CREATE TYPE t AS ENUM ('it''s')", "CREATE TYPE t AS ENUM (\n 'its' {}\n)"),
    "a table": ("CREATE TABLE t (a int, b int, c int)", "{}\nCREATE TABLE u (a int, b int, c int)"),
}


@pytest.mark.parametrize("name", _ODD)
async def test_the_annotation_and_the_argument_answer_the_question(
    cluster: Cluster, name: str
) -> None:
    old, new = _ODD[name]
    (question,) = await _asked(cluster, old, new.format(""))

    by_annotation = await taken(cluster, old, new.format(question.annotation))
    by_argument = await taken(cluster, old, new.format(""), question.argument)

    assert by_annotation.rest == by_argument.rest == ()
    assert by_annotation.steps == by_argument.steps


async def test_a_question_says_what_is_lost_otherwise(cluster: Cluster) -> None:
    (question,) = await _asked(cluster, "CREATE TABLE t (mail int)", "CREATE TABLE t (email int)")

    assert "all values of public.t.mail are lost" in question.otherwise
    assert "both are integer" in question.evidence
    assert question.alternatives == ()


async def test_what_is_as_likely_is_named_beside(cluster: Cluster) -> None:
    (question,) = await _asked(
        cluster,
        "CREATE TABLE t (x int, mail text)",
        "CREATE TABLE t (x int, y int, email text, mails text)",
    )

    assert question.new.name in {"email", "mails"}
    assert len(question.alternatives) == 1
