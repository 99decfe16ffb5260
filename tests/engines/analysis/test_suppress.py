import pytest

from server.engines.analysis.finding import Finding, Severity
from server.engines.analysis.suppress import Suppression, read_suppressions, sift
from server.engines.catalog.identity import Identity
from server.errors import InvalidInputError


def _finding(table: str, check: str = "missing-primary-key") -> Finding:
    return Finding(check, Severity.WARNING, Identity("table", ("public", table)), "is wrong.")


def test_a_file_lists_keys_with_reasons() -> None:
    text = "- key: missing-primary-key:table:public.log\n  reason: rows are never looked up\n"

    assert read_suppressions(text, "suppress.yaml") == (
        Suppression(key="missing-primary-key:table:public.log", reason="rows are never looked up"),
    )


@pytest.mark.parametrize("text", ["", "[]", "# nothing yet\n"])
def test_a_file_may_list_nothing(text: str) -> None:
    assert read_suppressions(text, "suppress.yaml") == ()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("- key: a\n", "0.reason"),
        ("- key: ''\n  reason: b\n", "0.key"),
        ("- key: a\n  reason: b\n  until: c\n", "0.until"),
        ("key: a\nreason: b\n", "list"),
        ("- [\n", "is not YAML"),
        ("- !!python/object/apply:os.system ['true']\n", "is not YAML"),
        ("- key: a\x00\n", "is not YAML"),
    ],
)
def test_a_file_of_another_form_is_refused_with_the_place(text: str, complaint: str) -> None:
    with pytest.raises(InvalidInputError, match=r"suppress\.yaml") as caught:
        read_suppressions(text, "suppress.yaml")

    assert complaint in str(caught.value)


@pytest.mark.parametrize(
    ("key", "covers"),
    [
        ("missing-primary-key:table:public.log", True),
        ("missing-primary-key:table:public.*", True),
        ("*:table:public.log", True),
        ("*", True),
        ("missing-primary-key:table:public.lo", False),
        ("missing-primary-key:table:public.l.g", False),
        ("missing-primary-key:table:PUBLIC.log", False),
    ],
)
def test_a_star_stands_for_anything_and_all_else_for_itself(key: str, *, covers: bool) -> None:
    assert Suppression(key=key, reason="so").covers(_finding("log")) is covers


def test_a_key_of_many_stars_is_matched_at_once() -> None:
    entry = Suppression(key="*a" * 40 + "b", reason="so")

    assert not entry.covers(_finding("a" * 63))


def test_suppressed_findings_stand_apart_with_their_reason_and_stale_entries_are_named() -> None:
    log, orders = _finding("log"), _finding("orders")
    entries = (
        Suppression(key="missing-primary-key:table:public.log", reason="a log"),
        Suppression(key="missing-primary-key:table:public.gone", reason="was dropped"),
    )

    sifted = sift([log, orders], entries)

    assert sifted.kept == (orders,)
    assert sifted.suppressed == ((log, "a log"),)
    assert sifted.stale == ("missing-primary-key:table:public.gone",)
