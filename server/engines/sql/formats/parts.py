"""Cuts a migration into files for runners that begin and end a transaction with each file."""

from collections.abc import Iterator
from dataclasses import dataclass

from server.engines.sql.formats.model import Block, Script

_NOTHING = Block(())


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one file does forward and back; a block without statements does nothing.

    A runner that puts all files into one transaction has to be made to commit before a part that
    `breaks_up` forward or `breaks_down` on the way back: the block before it was another one.
    """

    version: str
    number: int
    count: int
    up: Block
    down: Block
    breaks_up: bool
    breaks_down: bool

    @property
    def position(self) -> tuple[str, ...]:
        """A line for the header, where there are several."""
        if self.count == 1:
            return ()
        return (f"part {self.number} of {self.count}; undo them all, the last one first",)


def parts(script: Script, *, one_by_one: bool = False) -> tuple[Part, ...]:
    """Return a part for each block, the first block of `down` in the last part.

    Runners undo the last file first, so the blocks of `down` run in their order. `one_by_one`
    gives each statement outside a transaction a part of its own, for runners that send a file as
    one query: PostgreSQL makes a transaction of a query with several statements.
    """
    up, down = script.up, script.down
    if one_by_one:
        up, down = tuple(_apart(up)), tuple(_apart(down))
    count = max(len(up), len(down), 1)
    forward = [*up, *[_NOTHING] * (count - len(up))]
    back = [*down, *[_NOTHING] * (count - len(down))]
    return tuple(
        Part(
            version=numbered(script.version, index),
            number=index + 1,
            count=count,
            up=forward[index],
            down=back[count - 1 - index],
            breaks_up=_breaks(forward, index),
            breaks_down=_breaks(back, count - 1 - index),
        )
        for index in range(count)
    )


def numbered(version: str, more: int) -> str:
    """Return a later version, as wide as the first."""
    return f"{int(version) + more:0{len(version)}d}"


def _apart(blocks: tuple[Block, ...]) -> Iterator[Block]:
    for block in blocks:
        if block.is_transactional:
            yield block
        else:
            yield from (Block((sql,), is_transactional=False) for sql in block.statements)


def _breaks(blocks: list[Block], index: int) -> bool:
    here, before = blocks[index], blocks[index - 1]
    return index > 0 and bool(here.statements) and here.is_transactional & before.is_transactional
