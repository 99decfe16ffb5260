"""A draft as files of a migration format, and the statements that those files really hold."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from server.engines.catalog.identity import Identity
from server.engines.migration.action import Mode
from server.engines.migration.draft import Draft
from server.engines.migration.script import script
from server.engines.migration.step import Segment, Step, Verb
from server.engines.sql.formats.format import Format
from server.engines.sql.formats.model import Block, Place, Script, SourceFile, WrittenFile
from server.engines.sql.pretty import pretty
from server.engines.sql.psql import read_script

SETTING = "setting"
"""The kind of what a statement is about that only prepares the ground for the plan's own."""
_EDGES = frozenset({"BEGIN", "COMMIT"})


@dataclass(frozen=True, slots=True)
class Rendering:
    """The files, and the segments as the files hold them: with settings, laid out."""

    files: tuple[WrittenFile, ...]
    forward: tuple[Segment, ...]
    back: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """What the files are called, where they go, and what their first lines say.

    `beside` are the files that are in their folder already.
    """

    name: str
    place: Place
    lines: tuple[str, ...]
    beside: tuple[SourceFile, ...] = ()


def rendered(draft: Draft, format_: Format, heading: Heading) -> Rendering:
    """Write a draft, and read back from the files what a runner would run.

    Raises:
        ValueError: the files do not say what was written into them.
    """
    keeps = format_.keeps_session
    forward = tuple(laid_out(each, keeps_session=keeps) for each in draft.forward)
    back = tuple(laid_out(each, keeps_session=keeps) for each in draft.back)
    written = Script(
        name=heading.name,
        version=heading.place.version,
        previous=heading.place.previous,
        header=heading.lines,
        up=tuple(map(_block, forward)),
        down=tuple(map(_block, back)),
    )
    files = format_.write(written)
    _check((*heading.beside, *map(_as_source, files)), len(files), format_, forward)
    return Rendering(files, forward, back)


def laid_out(segment: Segment, *, keeps_session: bool = False) -> Segment:
    """Return the segment with its settings as steps, and every statement as it is written."""
    written = script(segment, keeps_session=keeps_session)
    return Segment(
        tuple(
            _setting(each, segment)
            if isinstance(each, str)
            else replace(each, sql=pretty(each.sql))
            for each in written
        )
    )


def _setting(sql: str, segment: Segment) -> Step:
    first = segment.steps[0]
    mode = (
        first.mode if first.mode in {Mode.FRESH, Mode.ALONE, Mode.OUTSIDE} else Mode.TRANSACTIONAL
    )
    identity = Identity(SETTING, (sql,))
    return Step(sql=sql, verb=Verb.ALTER, subject=identity, mode=mode, phase=segment.phase)


def _block(segment: Segment) -> Block:
    return Block(tuple(step.sql for step in segment.steps), segment.is_transactional)


def _as_source(file: WrittenFile) -> SourceFile:
    return SourceFile(file.path, file.content)


def _check(
    files: Sequence[SourceFile], written: int, format_: Format, forward: Iterable[Segment]
) -> None:
    """Read the folder as it will be, and compare what the new files say in it."""
    own = {file.path for file in files[-written:]} if written else set[str]()
    scripts = (each for each in format_.read(files) if each.path in own)
    found = [text for script in scripts for text in _statements(script.sql)]
    wanted = [_bare(step.sql) for segment in forward for step in segment.steps]
    if [text for text in found if text.upper() not in _EDGES] != wanted:
        raise ValueError(f"the files of format {format_.name} do not hold what was written")


def _statements(sql: bytes) -> Iterator[str]:
    for piece in read_script([sql], file="migration"):
        yield _bare(piece.text)


def _bare(sql: str) -> str:
    return sql.strip()


def is_setting(step: Step) -> bool:
    """Whether a step only prepares the ground for those after it: a time-out, a leftover."""
    return step.subject.kind == SETTING
