"""Foreign text in a report: quoted, visible, cut."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.reports.render import quoted, sql_block


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("orders", "`orders`"),
        ("a`b", "``a`b``"),
        ("`", "`` ` ``"),
        ("two\nlines", r"`two\nlines`"),
        ("hid\u202eden\u200b", r"`hid\u202eden\u200b`"),
        ("x" * 5, "`xxx… (5 characters)`"),
    ],
)
def test_foreign_text_is_quoted_visible_and_cut(text: str, expected: str) -> None:
    assert quoted(text, longest=3 if len(text) == 5 else 200) == expected


@given(st.text())
def test_no_text_breaks_out_of_its_quotes(text: str) -> None:
    shown = quoted(text)
    fence = re.match(r"`+", shown)

    assert fence is not None
    assert "\n" not in shown
    assert fence[0] not in re.findall(r"`+", shown[len(fence[0]) : -len(fence[0])])


@given(st.text())
def test_no_sql_closes_its_block(text: str) -> None:
    block = sql_block(text)
    fence = block.partition("sql\n")[0]

    assert fence not in block[len(fence) : -len(fence)]
