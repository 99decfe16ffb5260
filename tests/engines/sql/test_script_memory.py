"""A script is read in bounded memory, however large it is."""

import subprocess
import sys

import pytest

_MEASURE = """
import resource, sys
from server.engines.sql.psql import read_script
from server.engines.sql.parsing import check
from server.engines.sql.pieces import Data

def copy():
    yield b"COPY public.t (a, b, c) FROM stdin;\\n"
    line = b"12345\\tsome text that is here\\t2024-01-01 00:00:00\\n"
    for _ in range(8_000_000 // len(line) // 1000):
        yield line * 1000
    yield b"\\\\.\\n"

def inserts():
    line = b"INSERT INTO public.users (id, name) VALUES (12345, 'some name that is here');\\n"
    for _ in range(8_000_000 // len(line) // 500):
        yield line * 500

def one_insert():
    yield b"INSERT INTO public.users (id, name) VALUES (1, 'a')\\n"
    line = b",(12345, 'some name that is here')\\n"
    for _ in range(8_000_000 // len(line) // 500):
        yield line * 500

def one_literal():
    yield b"INSERT INTO t VALUES (E'"
    for _ in range(133):
        yield b"\\\\x''" * 15_000
    yield b"')"

def one_line():
    yield b"COPY t FROM stdin;\\n"
    for _ in range(133):
        yield b"x" * 60_000
    yield b"\\n\\\\.\\n"

def blanks():
    for _ in range(133):
        yield b" " * 60_000

before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
rows = 0
for piece in read_script({"copy": copy, "inserts": inserts, "one_insert": one_insert,
                          "one_literal": one_literal, "one_line": one_line,
                          "blanks": blanks}[sys.argv[1]](), file="a.sql"):
    if isinstance(piece, Data):
        check(piece)
        rows += piece.rows
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
unit = 1 if sys.platform == "darwin" else 1024
print(rows, (after - before) * unit)
"""
_MOST_GROWTH = 4 << 20


@pytest.mark.parametrize(
    ("shape", "rows"),
    [
        ("copy", 163_000),
        ("inserts", 102_500),
        ("one_insert", 228_501),
        ("one_literal", 1),
        ("one_line", 1),
        ("blanks", 0),
    ],
)
def test_eight_megabytes_are_read_in_less_than_half_of_that(shape: str, rows: int) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _MEASURE, shape], capture_output=True, check=True, text=True
    )

    counted, growth = map(int, ran.stdout.split())
    assert rows == counted
    assert growth < _MOST_GROWTH
