import base64
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.engines.loadtest.buckets import BUCKETS, TOP_US
from server.engines.loadtest.hdr_codec import decode_counts
from server.errors import InvalidInputError

HIGHEST_COUNT = b"\xfe" + b"\xff" * 7 + b"\x7f"


def packed(data: bytes) -> str:
    body = zlib.compress(data)
    return base64.b64encode(struct.pack(">II", 0x1C849314, len(body)) + body).decode()


def text(counts: bytes, *, digits: int = 3, highest: int = TOP_US, length: int = -1) -> str:
    size = len(counts) if length < 0 else length
    return packed(struct.pack(">IIIIQQd", 0x1C849313, size, 0, digits, 1, highest, 1.0) + counts)


def test_counts_and_runs_of_nothing_are_read() -> None:
    counts = decode_counts(text(b"\x02\x05\x04"))

    assert counts[:5].tolist() == [1, 0, 0, 0, 2]
    assert counts.size == BUCKETS


@pytest.mark.parametrize(
    ("hostile", "reason"),
    [
        ("", "not base64"),
        ("HISTF", "not base64"),
        ("HISTFAAA\nAGJ4nO3", "not base64"),
        ("ünicode", "not base64"),
        (base64.b64encode(b"\0" * 40).decode(), "does not begin"),
        (text(b"\x02")[:-8], "does not begin"),
        (base64.b64encode(struct.pack(">II", 0x1C849314, 3) + b"abc").decode(), "damaged"),
        (packed(b"short"), "cut off"),
        (packed(b"\0" * 100), "contradicts"),
        (packed(b"\0" * 100_000_000), "longer than any"),
        (text(b"\x02", length=7), "contradicts"),
        (text(b"\x02", digits=5), "layout"),
        (text(b"\x02", highest=2**62), "layout"),
        (text(b"\xff"), "counts are damaged"),
        (text(b"\x02" * (BUCKETS + 1)), "counts are damaged"),
        (text(b"\xff\xff\xff\xff\x0f\x02"), "counts are damaged"),
        (text(HIGHEST_COUNT), "impossible"),
        (text(HIGHEST_COUNT * 3), "impossible"),
    ],
)
def test_a_hostile_text_is_refused_with_its_reason(hostile: str, reason: str) -> None:
    with pytest.raises(InvalidInputError, match=reason):
        decode_counts(hostile)


@given(st.binary(max_size=60))
@settings(deadline=None)
def test_whatever_the_counts_are_they_are_read_or_refused(counts: bytes) -> None:
    try:
        read = decode_counts(text(counts))
    except InvalidInputError:
        return

    assert read.min() >= 0
