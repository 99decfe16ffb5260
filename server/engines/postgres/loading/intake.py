"""Reads and vets scripts ahead of the server, in a thread: a dump is parsed for seconds."""

import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from threading import Event
from typing import BinaryIO

from anyio.to_thread import run_sync

from server.engines.postgres.loading.script import Script
from server.engines.sql.parsing import check
from server.engines.sql.pieces import Data, MetaCommand, Statement
from server.engines.sql.psql import read_script
from server.engines.sql.vet import vet
from server.engines.sql.vetting.verdict import Verdict

_SECONDS_AHEAD = 0.05
_PIECES_AHEAD = 200
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Vetted:
    """A statement and what was decided about it."""

    statement: Statement
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Beginning:
    """The next script starts: what the last one set for itself ends."""

    script: str


Intake = Vetted | Data | MetaCommand | Beginning


async def take_in(scripts: Sequence[Script]) -> AsyncGenerator[Intake, None]:
    """Yield what the scripts hold, vetted; only a moment's worth is in memory.

    Raises:
        InvalidSqlError: something cannot be read, or nobody may run it.
    """
    abandoned = Event()
    pieces = chain.from_iterable(_pieces(script, abandoned) for script in scripts)
    try:
        while some := await run_sync(_next_few, pieces, abandon_on_cancel=True):
            for piece in some:
                yield piece
    finally:
        # A thread that nobody waits for any more finds the end of its text at once.
        abandoned.set()


def _pieces(script: Script, abandoned: Event) -> Iterator[Intake]:
    yield Beginning(script.name)
    with script.open() as stream:
        for piece in read_script(_chunks(stream, abandoned), file=script.name):
            match piece:
                case Statement():
                    yield Vetted(piece, vet(piece))
                case Data():
                    check(piece)
                    yield piece
                case MetaCommand():
                    yield piece


def _chunks(stream: BinaryIO, abandoned: Event) -> Iterator[bytes]:
    while not abandoned.is_set() and (chunk := stream.read(_CHUNK)):
        yield chunk


def _next_few(pieces: Iterator[Intake]) -> list[Intake]:
    few: list[Intake] = []
    end = time.monotonic() + _SECONDS_AHEAD
    for piece in pieces:
        few.append(piece)
        if len(few) == _PIECES_AHEAD or time.monotonic() > end:
            break
    return few
