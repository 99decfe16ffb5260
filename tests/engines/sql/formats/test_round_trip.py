"""What a format writes, it reads back: the same statements in the same order."""

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.engines.sql.formats.detect import detect
from server.engines.sql.formats.format import Format
from server.engines.sql.formats.model import Block, Script, ScriptText, SourceFile, WrittenFile
from server.engines.sql.formats.registry import all_formats
from server.engines.sql.psql import read_script
from server.engines.sql.quote import identifier, literal

_NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
_WORDS = r"\ ` ${ $ { } ' % %s : :: :a \:a \\:a -- /* */ é 😀 u0041 x \u{41} \x41 \0 ; $1 a"
_BLANKS = ("\n", "\r", "\r\n", "\t", "\u2028", "\x85", "\x0c", " ")
_TRICKY = st.sampled_from((*_WORDS.split(), *_BLANKS, '"', '"""', "-- Down Migration"))
_TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0")) | st.lists(_TRICKY).map(
    "".join
)
_TAG = "$a_tag_of_our_own$"
_STATEMENTS = st.one_of(
    _TEXTS.map(lambda text: f"COMMENT ON TABLE a IS {literal(text)}"),
    _TEXTS.map(lambda text: f"DO {_TAG}{text}{_TAG}"),
    _TEXTS.map(lambda text: f"CREATE TABLE {identifier(f'{text}_')} ()"),
    _TEXTS.map(lambda text: f"SELECT {literal(text)} -- a note"),
)
_BLOCKS = st.builds(Block, st.lists(_STATEMENTS, min_size=1, max_size=3).map(tuple), st.booleans())
_SOME_BLOCKS = st.lists(_BLOCKS, min_size=1, max_size=3).map(tuple)
_SCRIPTS = st.builds(
    Script,
    name=st.just("change_it"),
    version=st.just("20260102030405"),
    up=_SOME_BLOCKS,
    down=_SOME_BLOCKS,
    header=st.just(("schema before: 1f", "phase 1 of 2")),
)
every_format = pytest.mark.parametrize(
    "format_", [pytest.param(one, id=name) for name, one in all_formats().items()]
)


def sources(files: Iterable[WrittenFile]) -> list[SourceFile]:
    return [SourceFile(file.path, file.content) for file in files]


def statements(texts: Sequence[ScriptText]) -> list[str]:
    """The statements of scripts, but for those that only put others into a transaction."""
    pieces = [
        piece.text for text in texts for piece in read_script(io.BytesIO(text.sql), file=text.path)
    ]
    return [text for text in pieces if text not in {"BEGIN", "COMMIT"}]


def listed(blocks: Iterable[Block]) -> list[str]:
    return [sql for block in blocks for sql in block.statements]


@every_format
@given(script=_SCRIPTS)
def test_reading_what_was_written_gives_the_same_statements(
    format_: Format, script: Script
) -> None:
    files = sources(format_.write(script))

    assert statements(format_.read(files)) == listed(script.up)


@every_format
@given(script=_SCRIPTS)
def test_a_folder_of_what_was_written_is_recognized(format_: Format, script: Script) -> None:
    files = sources(format_.write(script))

    assert statements(detect(files).read(files)) == listed(script.up)


@every_format
@given(up=_SOME_BLOCKS)
def test_the_next_migration_of_a_folder_comes_after_those_in_it(
    format_: Format, up: tuple[Block, ...]
) -> None:
    first = format_.place([], _NOW)
    files = sources(format_.write(_script(first.version, first.previous, up)))
    second = format_.place(files, _NOW)
    more = Block(("SELECT 'this is the last'",))
    files = [*sources(format_.write(_script(second.version, second.previous, (more,)))), *files]

    assert statements(format_.read(files)) == [*listed(up), *more.statements]


def _script(version: str, previous: str, up: tuple[Block, ...]) -> Script:
    return Script(name="a", version=version, previous=previous, up=up)
