"""Bucket counts as HdrHistogram's V2 compressed text, and back, safely."""

import base64
import binascii
import struct
import zlib
from typing import NoReturn

import numpy as np
from hdrh.histogram import HdrHistogram
from numpy.typing import NDArray

from server.engines.loadtest.buckets import BUCKETS, DIGITS, LOWEST_US, TOP_US
from server.errors import InvalidInputError

_ENVELOPE = struct.Struct(">II")  # cookie, length of what follows
_HEADER = struct.Struct(">IIIIQQd")
_COMPRESSED = 0x1C849314
_PLAIN = 0x1C849313
_WORD = 9  # the longest a count can be
_LONGEST = _HEADER.size + _WORD * BUCKETS
_MOST_VALUES = 1 << 53  # counts above it would lose their last digit in a float


def encode_counts(counts: NDArray[np.int64]) -> str:
    """Write `BUCKETS` counts as base64 text that begins with `HISTF`."""
    histogram = HdrHistogram(LOWEST_US, TOP_US, DIGITS)
    used = np.flatnonzero(counts)
    if used.size:
        np.frombuffer(memoryview(histogram.counts), np.int64)[:] = counts
        histogram.set_internal_tacking_values(int(used[0]), int(used[-1]), int(counts.sum()))
    return histogram.encode().decode("ascii")


def decode_counts(text: str) -> NDArray[np.int64]:
    """Read `BUCKETS` counts from what `encode_counts` or another HdrHistogram wrote.

    The text may come from a file that anybody wrote: its size after decompression and its layout
    are checked before the package sees it, which trusts both.

    Raises:
        InvalidInputError: it is not a histogram, or one of another layout.
    """
    _check_layout(_unpacked(text))
    try:
        histogram = HdrHistogram.decode(text.encode("ascii"))
    except (ValueError, IndexError, OverflowError) as error:
        _refuse(f"its counts are damaged ({error})")
    counts = np.frombuffer(memoryview(histogram.counts), np.int64).copy()
    if counts.min() < 0 or counts.astype(np.float64).sum() > _MOST_VALUES:
        _refuse("its counts are impossible")
    return counts


def _unpacked(text: str) -> bytes:
    try:
        packed = base64.b64decode(text, validate=True)
        cookie, length = _ENVELOPE.unpack_from(packed)
    except (ValueError, binascii.Error, struct.error):
        _refuse("it is not base64 of the V2 format")
    body = packed[_ENVELOPE.size :]
    if cookie != _COMPRESSED or length != len(body):
        _refuse("it does not begin as the V2 compressed format does")
    inflate = zlib.decompressobj()
    try:
        data = inflate.decompress(body, _LONGEST)
    except zlib.error:
        _refuse("it is damaged")
    if inflate.unconsumed_tail or not inflate.eof:
        _refuse("it is cut off, or longer than any histogram")
    return data


def _check_layout(data: bytes) -> None:
    if len(data) < _HEADER.size:
        _refuse("it is cut off")
    cookie, length, offset, *layout, ratio = _HEADER.unpack_from(data)
    if (cookie, length, offset) != (_PLAIN, len(data) - _HEADER.size, 0):
        _refuse("its header contradicts its content")
    if layout != [DIGITS, LOWEST_US, TOP_US] or ratio != 1:
        _refuse(f"its layout (digits, lowest, highest) is {layout}, ratio {ratio}")


def _refuse(reason: str) -> NoReturn:
    raise InvalidInputError(
        f"The text is not a histogram of latencies: {reason}.",
        next_step=f"Valid: HdrHistogram V2, {DIGITS} digits, {LOWEST_US} to {TOP_US} us.",
    )
