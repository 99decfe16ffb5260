"""Alembic revisions that other people wrote: literal SQL is read, everything else refused."""

import pytest

from server.engines.sql.formats.model import SourceFile
from server.engines.sql.formats.registry import format_of
from server.errors import InvalidInputError

_HEAD = "from alembic import op\nimport sqlalchemy as sa\nrevision = 'b'\ndown_revision = None\n"


def read(*files: str) -> list[bytes]:
    sources = [SourceFile(f"{number}.py", text.encode()) for number, text in enumerate(files)]
    return [text.sql for text in format_of("alembic").read(sources)]


def upgrade(body: str) -> str:
    return f"{_HEAD}def upgrade():\n    {body}\ndef downgrade():\n    op.drop_table('a')\n"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("op.execute('SELECT 1')", "SELECT 1;"),
        ("op.execute('SELECT ' '1;')", "SELECT 1;;"),
        ("op.execute(sa.text('SELECT 1'))", "SELECT 1;"),
        ("op.execute(r'SELECT 1 \\:a')", "SELECT 1 :a;"),
        ("'''A docstring.'''; pass", ""),
        ("with op.get_context().autocommit_block():\n        op.execute('VACUUM')", "VACUUM;"),
    ],
)
def test_literal_sql_is_read(body: str, expected: str) -> None:
    (sql,) = read(upgrade(body))

    assert sql.decode().strip() == expected


def test_a_statement_stands_on_the_line_it_has_in_the_revision() -> None:
    (sql,) = read(upgrade('op.execute("""\n  SELECT 1\n""")\n    op.execute("SELECT 2")'))

    lines = sql.decode().split("\n")
    assert [number for number, line in enumerate(lines, 1) if "SELECT" in line] == [7, 9]


@pytest.mark.parametrize(
    "body",
    [
        "op.create_table('a')",
        "op.execute(f'SELECT {1}')",
        "op.execute('SELECT ' + '1')",
        "op.execute('SELECT %s' % 1)",
        "op.execute(open('a.sql').read())",
        "op.execute(b'SELECT 1')",
        "op.execute('SELECT 1', execution_options={})",
        "op.execute(*['SELECT 1'])",
        "op.execute(sa.text('SELECT 1').bindparams(a=1))",
        "op.get_bind().execute('SELECT 1')",
        "for x in (1, 2): op.execute('SELECT 1')",
        "if True: op.execute('SELECT 1')",
        "sql = 'SELECT 1'; op.execute(sql)",
        "with open('a'): op.execute('SELECT 1')",
        "with op.get_context().autocommit_block() as x: op.execute('SELECT 1')",
        "__import__('os').system('touch x')",
        "return op.execute('SELECT 1')",
        "op.execute('SELECT :a')",
    ],
)
def test_everything_else_is_refused_with_its_line(body: str) -> None:
    with pytest.raises(InvalidInputError, match=r"0\.py:6: a revision that is not literal SQL"):
        read(upgrade(body))


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        (f"{_HEAD}@decorated\ndef upgrade(): pass\n", r"0\.py:6: a revision that is not literal"),
        (f"{_HEAD}async def upgrade(): pass\n", "not literal SQL"),
        (f"{_HEAD}class upgrade: pass\n", "not literal SQL"),
        (f"{_HEAD}def upgrade(): pass\ndef upgrade(): pass\n", "not literal SQL"),
        (_HEAD, r"no function upgrade\(\)"),
        ("down_revision = None\ndef upgrade(): pass\n", "no literal revision"),
        ("revision = make()\ndown_revision = None\ndef upgrade(): pass\n", "not literal SQL"),
        ("revision = 'a'\ndown_revision = ('b', make())\ndef upgrade(): pass\n", "not literal"),
        ("down_revision = (", "not Python"),
        ("down_revision\0 = 1", "not Python|NUL"),
        ("down_revision = " + "(" * 100_000, "not Python|nested too deeply"),
        ("down_revision = x" + ".a" * 200_000, "nested too deeply|not literal"),
        ("down_revision = '" + "x" * 8_000_000, "more than 8,000,000 bytes"),
    ],
)
def test_what_is_no_revision_is_refused(text: str, refused: str) -> None:
    with pytest.raises(InvalidInputError, match=refused):
        read(text)


def linked(name: str, after: str, *, also: str = "None") -> str:
    return (
        f"revision: str = {name!r}\ndown_revision = {after}\ndepends_on = {also}\n"
        f"def upgrade():\n    op.execute('SELECT {name}')\n"
    )


def order(*files: str) -> list[str]:
    return [sql.decode().strip() for sql in read(*files)]


def test_revisions_run_in_the_order_of_their_links() -> None:
    assert order(linked("c", "'b'"), linked("a", "None"), linked("b", "'a'")) == [
        "SELECT a;",
        "SELECT b;",
        "SELECT c;",
    ]


def test_a_merge_runs_after_all_that_it_merges() -> None:
    files = (linked("m", "('b', 'c')"), linked("b", "'a'"), linked("c", "'a'"), linked("a", "None"))

    found = order(*files)

    assert (found[0], found[-1]) == ("SELECT a;", "SELECT m;")
    assert len(found) == 4


def test_a_revision_runs_after_what_it_depends_on() -> None:
    assert order(linked("a", "None", also="'b'"), linked("b", "None")) == ["SELECT b;", "SELECT a;"]


@pytest.mark.parametrize(
    ("files", "refused"),
    [
        ((linked("a", "'z'"),), "after one that is not here: z"),
        ((linked("a", "None"), linked("a", "None")), r"the same revision as 0\.py"),
        ((linked("a", "None"), linked("b", "None")), "More than one revision is the last: a, b"),
        ((linked("a", "'b'"), linked("b", "'a'"), linked("c", "'b'")), "go in a circle"),
    ],
)
def test_links_that_are_no_chain_are_refused(files: tuple[str, ...], refused: str) -> None:
    with pytest.raises(InvalidInputError, match=refused):
        read(*files)


def test_the_environment_of_alembic_is_no_revision() -> None:
    sources = [
        SourceFile("env.py", b"raise SystemExit"),
        SourceFile("helper.py", b"raise SystemExit"),
        SourceFile("versions/a.py", linked("a", "None").encode()),
    ]

    assert [text.path for text in format_of("alembic").read(sources)] == ["versions/a.py"]
