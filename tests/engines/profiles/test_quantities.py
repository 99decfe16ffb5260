"""The forms that people write quantities in, and the forms that are refused."""

import pytest

from server.engines.profiles.quantities import (
    Availability,
    Duration,
    Rate,
    ReadWriteRatio,
    is_placeholder,
    parse_count,
    parse_name,
)


@pytest.mark.parametrize(
    ("text", "read_share"),
    [("80:20", 0.8), ("80/20", 0.8), ("4 : 1", 0.8), ("80%", 0.8), ("80 % reads", 0.8), ("0:1", 0)],
)
def test_a_ratio_is_read_in_every_form(text: str, read_share: float) -> None:
    assert ReadWriteRatio.parse(text).read_share == pytest.approx(read_share)


@pytest.mark.parametrize(
    "text", ["80", "0:0", "80:", "-80:20", "101%", "80:20:0", "٨٠:٢٠", "nan:1"]
)
def test_a_text_that_is_no_ratio_is_refused_with_the_valid_forms(text: str) -> None:
    with pytest.raises(ValueError, match="valid: reads:writes such as 80:20"):
        ReadWriteRatio.parse(text)


@pytest.mark.parametrize(
    ("text", "per_second"),
    [("250", 250), ("1,200", 1200), ("1_200", 1200), ("1.2k", 1200), ("2 M", 2e6), ("0.5", 0.5)],
)
def test_a_rate_is_read_in_every_form(text: str, per_second: float) -> None:
    assert Rate.parse(text).per_second == pytest.approx(per_second)


@pytest.mark.parametrize(
    "text",
    ["0", "-5", "1e308", "nan", "inf", "10000001", "1,20", "\uff11\uff12", "²", "1.2.3", "5 qps"],
)
def test_a_text_that_is_no_rate_is_refused_with_the_valid_forms(text: str) -> None:
    with pytest.raises(ValueError, match="valid: requests per second above 0"):
        Rate.parse(text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("15 min", 900), ("15m", 900), ("1h", 3600), ("24 hours", 86400), ("30s", 30), ("0", 0)],
)
def test_a_duration_is_read_in_every_form(text: str, seconds: float) -> None:
    assert Duration.parse(text).seconds == seconds


@pytest.mark.parametrize("text", ["15", "-1 min", "366 d", "1 fortnight", "min", "none", "1e3 s"])
def test_a_text_that_is_no_duration_is_refused_with_the_valid_forms(text: str) -> None:
    with pytest.raises(ValueError, match="valid: a number with its unit"):
        Duration.parse(text)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0"), (30, "30 s"), (90, "1.5 min"), (100, "100 s"), (3600, "1 h"), (86400, "1 d")],
)
def test_a_duration_is_written_in_its_largest_unit_that_loses_nothing(
    seconds: float, shown: str
) -> None:
    assert str(Duration(seconds)) == shown


@pytest.mark.parametrize(("text", "percent"), [("99.9%", 99.9), ("99.95", 99.95), ("100 %", 100)])
def test_an_availability_is_read_in_every_form(text: str, percent: float) -> None:
    assert Availability.parse(text).percent == percent


@pytest.mark.parametrize("text", ["0.999", "49.9", "101", "three nines", "", "-99"])
def test_a_text_that_is_no_availability_is_refused_with_the_valid_forms(text: str) -> None:
    with pytest.raises(ValueError, match="valid: a percentage from 50 to 100"):
        Availability.parse(text)


def test_three_nines_leave_43_minutes_in_30_days() -> None:
    assert Availability(99.9).budget_minutes == pytest.approx(43.2)


@pytest.mark.parametrize(("text", "count"), [("1", 1), ("12", 12), ("1,200", 1200)])
def test_a_count_is_read_in_every_form(text: str, count: int) -> None:
    assert parse_count(text) == count


@pytest.mark.parametrize("text", ["0", "-3", "2.5", "100001", "999999999", "٣", "1,20"])
def test_a_text_that_is_no_count_is_refused_with_the_valid_forms(text: str) -> None:
    with pytest.raises(ValueError, match="valid: a whole number of engineers"):
        parse_count(text)


def test_a_name_becomes_one_line_of_visible_characters() -> None:
    assert parse_name(" Kim\n\u202e\u200b # Lee\t") == "Kim # Lee"


@pytest.mark.parametrize("length", [81, 10_000_000])
def test_a_name_that_is_too_long_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="valid: a name of up to 80 characters"):
        parse_name("x" * length)


@pytest.mark.parametrize("name", ["TBD", "n/a", "nobody", "?", "Everyone.", "unknown"])
def test_a_placeholder_names_nobody(name: str) -> None:
    assert is_placeholder(name)


def test_a_role_is_no_placeholder() -> None:
    assert not is_placeholder("Engineering manager")
