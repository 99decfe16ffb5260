"""A window over a text that arrives in chunks: decodes it and forgets what is read."""

import codecs
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from server.errors import InvalidSqlError, SqlLocation

_CHUNK = 1 << 16
_LINE_KEPT = 2_000
_AROUND = 40  # characters shown before a place that cannot be read
_BYTE_ORDER_MARK = "\ufeff"


class Window:
    """The part of a text that is in memory: all of `text` before `position` is read."""

    def __init__(self, source: BinaryIO | Iterable[bytes], file: str) -> None:
        """Read `source`, which messages call `file`, as UTF-8."""
        self.file = file
        self.text = ""
        self.position = 0
        self.ended = False
        self._chunks = _chunks(source)
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._line = 1
        self._column = 1
        self._counted = 0
        self._begun = False

    def more(self) -> bool:
        """Forget what is read and take in the next chunk; False when the text has ended.

        Raises:
            InvalidSqlError: the chunk holds a NUL or is not UTF-8.
        """
        if self.ended:
            return False
        self._count()
        chunk = next(self._chunks, b"")
        self.ended = not chunk
        decoded = self._decode(chunk)
        if not self._begun and decoded:
            decoded, self._begun = decoded.removeprefix(_BYTE_ORDER_MARK), True
        self.text = self.text[self.position :] + decoded
        self.position = self._counted = 0
        self._refuse_nul(decoded)
        return True

    def has(self, characters: int) -> bool:
        """Tell whether so many characters lie ahead, taking in what is needed to know."""
        while len(self.text) - self.position < characters:
            if not self.more():
                return False
        return True

    def read_to(self, end: int) -> str:
        """Read up to `end`, a place in `text`."""
        start, self.position = self.position, end
        return self.text[start:end]

    def skip_line(self) -> str:
        """Read over the rest of the line; what is returned of it is its beginning."""
        kept = ""
        while (end := self.text.find("\n", self.position)) < 0:
            kept += self.text[self.position :][: _LINE_KEPT - len(kept)]
            self.position = len(self.text)
            if not self.more():
                return kept
        kept += self.text[self.position : end][: _LINE_KEPT - len(kept)]
        self.position = end + 1
        return kept

    @property
    def location(self) -> SqlLocation:
        """Where `position` lies."""
        self._count()
        return SqlLocation(self.file, self._line, self._column)

    def _count(self) -> None:
        seen = slice(self._counted, self.position)
        if lines := self.text.count("\n", seen.start, seen.stop):
            self._line += lines
            self._column = self.position - self.text.rfind("\n", seen.start, seen.stop)
        else:
            self._column += self.position - self._counted
        self._counted = self.position

    def _decode(self, chunk: bytes) -> str:
        try:
            return self._decoder.decode(chunk, final=self.ended)
        except UnicodeDecodeError as error:
            good = error.object[: error.start].decode()
            reason = f"byte 0x{error.object[error.start]:02x} is not valid UTF-8"
            raise self._refusal(reason, good, "Save the file as UTF-8.") from error

    def _refuse_nul(self, decoded: str) -> None:
        if "\0" in decoded:
            good = self.text[: self.text.index("\0")]
            self.text = ""
            raise self._refusal("NUL character", good, "Give a plain text file of SQL.")

    def _refusal(self, reason: str, good: str, next_step: str) -> InvalidSqlError:
        self.text = self.text[self.position :] + good
        self._counted, self.position = 0, len(self.text)
        shown = self.text[-_AROUND:]
        return InvalidSqlError(reason, location=self.location, statement=shown, next_step=next_step)


def _chunks(source: BinaryIO | Iterable[bytes]) -> Iterator[bytes]:
    """Yield chunks that are not empty: an empty one would look like the end."""
    read = getattr(source, "read", None)
    chunks = iter(lambda: read(_CHUNK), b"") if read else iter(source)
    return (chunk for chunk in chunks if chunk)
