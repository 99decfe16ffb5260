"""Foreign text in a report: quoted, visible, cut."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.reports.render import quoted, sql_block, tidied


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("orders", "`orders`"),
        ("a`b", "``a`b``"),
        ("`", "`` ` ``"),
        ("two\nlines", r"`two\nlines`"),
        ("hid\u202eden\u200b", r"`hid\u202eden\u200b`"),
        ("a\u3164\ufe0f\U000e0101\U000e0041", r"`a\u3164\ufe0f\U000e0101\U000e0041`"),
    ],
)
def test_foreign_text_is_quoted_and_visible(text: str, expected: str) -> None:
    assert quoted(text) == expected


def test_a_text_that_is_cut_says_how_long_it_was() -> None:
    assert quoted("x" * 5, longest=3) == "`xxx… (5 characters)`"
    assert quoted("\n" * 1_000_000, longest=4) == r"`\n\n… (1000000 characters)`"


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


def test_sql_shows_what_a_terminal_would_obey_and_keeps_its_lines() -> None:
    block = sql_block("SELECT '\x1b[31m\u202e\ud800'\r\n\t, 1")

    assert block == "```sql\nSELECT '\\x1b[31m\\u202e\\ud800'\n\t, 1\n```"


def test_blank_lines_of_sql_stay_and_others_are_joined() -> None:
    block = sql_block("SELECT 'a\n\n\n\nb';")
    inner = f"- item\n  {block.replace('```', '  ```').strip()}"

    text = tidied(f"# Title\n\n\n\n{block}\n\n\n\n{inner}\n\n\n\nend")

    assert text == f"# Title\n\n{block}\n\n{inner}\n\nend"
