"""Text that UTF-8 can carry."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.wire_text import sendable

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec=None)), inner),
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a\udcffb", "a\\udcffb"),
        ({"k\ud800": ["\udc00"]}, {"k\\ud800": ["\\udc00"]}),
        (["é", "\U0001f600", 1, None], ["é", "\U0001f600", 1, None]),
    ],
)
def test_only_what_utf_8_cannot_carry_becomes_an_escape(value: object, expected: object) -> None:
    assert sendable(value) == expected


@given(JSON)
def test_every_json_value_can_be_sent(value: object) -> None:
    json.dumps(sendable(value), ensure_ascii=False).encode()
