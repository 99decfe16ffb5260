"""A text of SQL that can be read from its beginning, more than once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class Script:
    """`name` is what messages call it; each call of `open` gives a new stream of bytes."""

    name: str
    open: Callable[[], BinaryIO]
