"""Every SQL block of every guide and prompt runs, and shows or refuses what is said beside it.

A comment right behind a statement may hold `shows: TEXT`, which its output contains, or
`fails: TEXT`, which PostgreSQL's refusal contains.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from server.engines.postgres.cluster import Database
from server.engines.postgres.session import Session, StatementError
from server.engines.postgres.shadow import Shadow
from server.engines.sql.psql import read_script
from server.prompts.prompt import TextMessage
from server.prompts.registry import prompts
from server.resources import guides

pytestmark = pytest.mark.anyio

_BLOCK = re.compile(r"^```sql\n(?P<sql>.*?)^```$", re.MULTILINE | re.DOTALL)
_SHOWS = re.compile(r"\s*;\s*--.*\bshows: (?P<text>.+)")
_FAILS = re.compile(r"\s*;\s*--.*\bfails: (?P<text>.+)")
# Settings that a reader's server has and throw-away ones have not: names without a schema, and
# commits that wait for their log, before which VACUUM trusts no row.
_AS_EVERYWHERE = {"search_path": '"$user", public', "synchronous_commit": "on"}
_TEXTS = {
    **{name: guide.text for name, guide in guides().items()},
    **{
        prompt.name: message.text
        for prompt in prompts()
        for message in prompt.run()
        if isinstance(message, TextMessage)
    },
}


@dataclass(frozen=True, slots=True)
class Written:
    """A statement of a guide, and what the comment behind it promises."""

    place: str
    sql: str
    shows: str
    fails: str


@pytest.mark.parametrize("name", [name for name, text in _TEXTS.items() if _BLOCK.search(text)])
async def test_the_sql_of_a_text_does_what_it_says(shadow: Shadow, name: str) -> None:
    # A server of its own: guides create roles, which all databases of a server share.
    async with shadow.private_cluster() as cluster, cluster.database() as database:
        complaints = await run_guide(database, name, _TEXTS[name])

    assert complaints == []


@pytest.mark.parametrize(
    ("sql", "complaint"),
    [
        ("SELEC 1;", 'made_up:4: syntax error at or near "SELEC"'),
        ("SELECT 1;\nSELECT 1/0;", "made_up:5: division by zero"),
        ("SELECT 7; -- shows: 8", "made_up:4: does not show '8' but '7'"),
        ("SELECT 7; -- fails: zero", "made_up:4: was to fail with 'zero'"),
        ("SELECT 1/0; -- fails: overflow", "made_up:4: division by zero"),
        ("SELECT 7; SELECT 8; -- shows: 7", "made_up:4: does not show '7' but '8'"),
    ],
)
async def test_a_block_that_does_not_do_what_it_says_is_named(
    shadow: Shadow, sql: str, complaint: str
) -> None:
    async with shadow.database() as database:
        complaints = await run_guide(database, "made_up", f"# Guide\n\n```sql\n{sql}\n```\n")

    assert complaints == [complaint]


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE t (a int);\nCREATE INDEX CONCURRENTLY t_a ON t (a);",
        "SELECT 'a;b' AS text; -- shows: a;b",
        "SELECT 1/0; -- on purpose, fails: division by zero",
        "DO $$ BEGIN PERFORM 1; COMMIT; END $$;",
    ],
)
async def test_a_block_that_does_what_it_says_passes(shadow: Shadow, sql: str) -> None:
    async with shadow.database() as database:
        complaints = await run_guide(database, "made_up", f"# Guide\n\n```sql\n{sql}\n```\n")

    assert complaints == []


async def run_guide(database: Database, name: str, text: str) -> list[str]:
    """Run a guide's statements in a fresh database, and return where they broke their word."""
    async with await database.connect(settings=_AS_EVERYWHERE) as session:
        outcomes = [await _complaint(session, each) for each in statements(name, text)]
    return [outcome for outcome in outcomes if outcome]


async def _complaint(session: Session, written: Written) -> str:
    try:
        shown = await _run(session, written)
    except StatementError as error:
        expected = written.fails and written.fails in error.message
        return "" if expected else f"{written.place}: {error.message}"
    if written.fails:
        return f"{written.place}: was to fail with {written.fails!r}"
    if written.shows not in shown:
        return f"{written.place}: does not show {written.shows!r} but {shown!r}"
    return ""


async def _run(session: Session, written: Written) -> str:
    if not written.shows:
        await session.script(written.sql)
        return ""
    rows = await session.rows(written.sql)
    return "\n".join(" | ".join(map(str, row.values())) for row in rows)


def statements(name: str, text: str) -> Iterator[Written]:
    """Yield the statements of a guide's SQL blocks; a place is the guide and its line."""
    for match in _BLOCK.finditer(text):
        block, lines_above = match["sql"], text.count("\n", 0, match.start("sql"))
        lines = block.splitlines(keepends=True)
        for piece in read_script([block.encode()], file=name):
            start = sum(map(len, lines[: piece.line - 1])) + piece.column - 1
            behind = block[start + len(piece.text) :]
            yield Written(
                place=f"{name}:{lines_above + piece.line}",
                sql=piece.text,
                shows=_promise(_SHOWS.match(behind)),
                fails=_promise(_FAILS.match(behind)),
            )


def _promise(match: re.Match[str] | None) -> str:
    return match["text"].strip() if match else ""
