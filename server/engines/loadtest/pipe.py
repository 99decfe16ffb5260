"""Values between a run and its generators: pickled, each after its length; both ends are ours."""

import asyncio
import pickle  # ruff: ignore[suspicious-pickle-import] - between our own processes only
import struct
from typing import Any, Final

_LENGTH: Final = struct.Struct(">I")


def packed(value: object) -> bytes:
    """Return a value as it travels."""
    content = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(content)) + content


async def received(stream: asyncio.StreamReader) -> Any:  # ruff: ignore[any-type] - the caller matches it
    """Return the next value.

    Raises:
        EOFError: the other end is gone.
    """
    try:
        (length,) = _LENGTH.unpack(await stream.readexactly(_LENGTH.size))
        content = await stream.readexactly(length)
    except (asyncio.IncompleteReadError, ConnectionError):
        raise EOFError from None
    return pickle.loads(content)  # ruff: ignore[suspicious-pickle-usage] - from our own process, over an inherited pipe
