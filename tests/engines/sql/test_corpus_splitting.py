"""Other people's scripts are cut as PostgreSQL's own parser cuts them."""

from pathlib import Path

import pytest
from pglast import parser

from server.engines.sql.psql import read_script

_CORPUS = Path(__file__).parents[3].parent / "shared" / "corpus"
_SCRIPTS = sorted([*_CORPUS.glob("migrations/*/*.sql"), *_CORPUS.glob("schemas/*/*.sql")])

pytestmark = pytest.mark.skipif(not _SCRIPTS, reason="the corpus is not here")


@pytest.mark.parametrize("chunk", [3, 1 << 16])
def test_every_script_is_cut_like_the_parser_cuts_it(chunk: int) -> None:
    ours = {path: _ours(path, chunk) for path in _SCRIPTS}

    assert ours == {path: _theirs(path) for path in _SCRIPTS}


def _ours(path: Path, chunk: int) -> list[str]:
    raw = path.read_bytes()
    chunks = (raw[start : start + chunk] for start in range(0, len(raw), chunk))
    return [parser.fingerprint(piece.text) for piece in read_script(chunks, file=path.name)]


def _theirs(path: Path) -> list[str]:
    return [parser.fingerprint(text) for text in parser.split(path.read_text(encoding="utf-8"))]
