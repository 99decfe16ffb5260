"""The page of a load test: complete, one file, and deaf to what foreign text says."""

import re
import unicodedata
from collections import Counter
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import cast

import pytest
from typing_extensions import override

from server.engines.loadtest.capacity.search import capacity
from server.engines.loadtest.compare.verdict import Comparison, Verdict
from server.engines.loadtest.frame import Frame, total
from server.engines.loadtest.judgment import Judgment, Status
from server.engines.loadtest.plan import ClosedLoad
from server.engines.loadtest.run import End
from server.engines.loadtest.slo import Slo
from server.reports.load_climb import Climb, climb_chart, step_rows
from server.reports.load_page import Beside, LoadPage, Trouble, page
from tests.reports.load_pages import (
    climbed_page,
    compared_page,
    frames,
    run_of,
    sound_page,
    void,
)

STYLE = (Path(__file__).parents[2] / "server/reports/load_test.css").read_text()
HOSTILE = (
    '"\'><script>window.hacked = 1</script><img src=x onerror="window.hacked = 1">'
    "</title></style></svg>{{ 7 * 7 }}{% raw %}&lt;\x00\x1b[31m\u2028\u2029\u202egnirts\u2066\u200b"
    "\r\nSet-Cookie: a=b"
)
INVISIBLE = frozenset({"Cc", "Cf", "Zl", "Zp"})


class Reader(HTMLParser):
    """Every element with its attributes, and the text of the whole page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(text)
        self.close()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    @override
    def handle_data(self, data: str) -> None:
        self.text += data

    @property
    def structure(self) -> list[tuple[str, tuple[str, ...]]]:
        """All that markup could add: elements and the names of their attributes."""
        return [(tag, tuple(attributes)) for tag, attributes in self.elements]

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


def poisoned(value: object, poison: str) -> object:
    """Return a value with every text inside of it replaced; choices and times stay."""
    if type(value) is str:
        return poison
    if isinstance(value, tuple):
        parts = cast("tuple[object, ...]", value)
        return tuple(poisoned(each, poison) for each in parts)
    if is_dataclass(value) and not isinstance(value, type | Frame):
        changes = {
            field.name: poisoned(getattr(value, field.name), poison) for field in fields(value)
        }
        return replace(value, **changes)
    return value


def told(view: LoadPage, words: str) -> str:
    """Return the page on which every text of others reads `words`."""
    changed = poisoned(view, words)
    assert isinstance(changed, LoadPage)
    seconds = [
        replace(each, failed=Counter({(0, words): 1}), examples={words: [words]})
        for each in changed.run.seconds
    ]
    run = replace(changed.run, seconds=tuple(seconds), total=total(seconds), reason=words)
    return page(replace(changed, run=run))


VIEWS = {
    "sound": sound_page(),
    "compared": compared_page(),
    "void": replace(sound_page(), run=void(run_of(frames(3)))),
}


@pytest.mark.parametrize("name", VIEWS)
def test_no_text_of_others_adds_an_element_or_an_attribute(name: str) -> None:
    hostile, harmless = (Reader(told(VIEWS[name], each)) for each in (HOSTILE, "harmless"))

    assert hostile.structure == harmless.structure
    assert "7 * 7" in hostile.text


@pytest.mark.parametrize("name", VIEWS)
def test_control_and_direction_characters_are_shown_as_escapes(name: str) -> None:
    text = told(VIEWS[name], HOSTILE)

    assert not {unicodedata.category(each) for each in set(text) - {"\n"}} & INVISIBLE
    assert r"\u202e" in text


@pytest.mark.parametrize("name", VIEWS)
def test_a_very_long_text_is_cut(name: str) -> None:
    assert len(told(VIEWS[name], "x" * 1_000_000)) < 150_000


def test_a_page_asks_no_network_and_runs_no_script() -> None:
    read = Reader(page(compared_page()))
    policy = next(each for each in read.all("meta") if "http-equiv" in each)

    assert policy["content"].startswith("default-src 'none'; style-src 'unsafe-inline'; img-src d")
    assert read.all("script") == []
    assert read.all("link") == [{"rel": "icon", "href": "data:,"}]
    assert {name for _, each in read.elements for name in each} & {"src", "style"} == set()
    assert not re.search(r"url\(|@import|@font-face", STYLE)


@pytest.mark.parametrize(
    ("end", "is_void", "words"),
    [
        (End.COMPLETED, False, "Completed, 1 of 3 goals reached"),
        (End.COMPLETED, True, "Void"),
        (End.ABORTED, False, "Aborted"),
        (End.ABORTED, True, "Aborted, void"),
        (End.STOPPED, False, "Stopped"),
    ],
)
def test_the_title_says_what_became_of_the_run(end: End, is_void: bool, words: str) -> None:  # ruff: ignore[boolean-type-hint-positional-argument] - a parameter of a table
    run = run_of(frames(3), end=end, reason="most requests failed")
    text = page(replace(sound_page(), run=void(run) if is_void else run))

    assert f"<title>Load test of http://shop.internal:8080/orders: {words}</title>" in text
    assert ("a generator used 97% of a core" in text) is is_void
    assert "most requests failed" in text


def test_goals_come_with_words_and_not_with_colors_alone() -> None:
    words = re.findall(r"</span> (\w+)</td>", page(sound_page()))

    assert words == ["fail", "pass", "insufficient"]


def test_a_percentile_with_too_few_samples_is_marked() -> None:
    few = page(replace(sound_page(), run=run_of(frames(1))))
    rows = re.findall(r"<tr><th scope=\"row\">(p99|p99.9)</th>(.*?)</tr>", few)

    assert {name: "too few samples" in cells for name, cells in rows} == {
        "p99": True,
        "p99.9": True,
    }
    assert "too few samples" not in page(replace(sound_page(), run=run_of(frames())))


def test_a_comparison_shows_both_sides_and_each_metric_with_its_interval() -> None:
    read = Reader(page(compared_page()))
    (forest,) = [each for each in read.all("desc") if each["id"] == "forest-wide-desc"]

    assert forest
    for words in ("http://shop.internal:8081/orders", "-24.0 % to -16.0 %", "Second, response"):
        assert words in read.text


def test_a_comparison_that_was_stopped_has_no_verdict() -> None:
    read = Reader(page(_compared(None)))

    assert "Comparison: no verdict" in read.text


def test_a_void_comparison_has_no_chart() -> None:
    comparison = Comparison(Verdict.VOID, (), "interleaved pairs", ("5 of 6 were left out",))
    read = Reader(page(_compared(comparison)))

    assert "Comparison: void" in read.text
    assert "5 of 6 were left out" in read.text
    assert not [each for each in read.all("title") if each.get("id", "").startswith("forest")]


def test_every_chart_has_a_title_and_a_description_of_its_own() -> None:
    read = Reader(page(compared_page()))
    charts = [each for each in read.all("svg") if each.get("role") == "img"]
    ids = [each["id"] for _, each in read.elements if "id" in each]
    labels = [label for each in charts for label in each["aria-labelledby"].split()]

    assert len(charts) == 10  # five charts, each for a wide and for a narrow screen
    assert len(set(ids)) == len(ids)
    assert set(labels) <= set(ids)
    assert len(set(labels)) == 20


@pytest.mark.parametrize("seconds", [(), (Frame(0.0, 1.0, taken=5),)])
def test_a_run_without_an_answer_says_so(seconds: tuple[Frame, ...]) -> None:
    text = page(replace(sound_page(), run=run_of(seconds), goals=(), troubles=()))

    assert "No request was answered" in text
    assert 'aria-labelledby="hdr-wide' not in text


def test_a_run_without_errors_says_so_and_one_with_errors_does_not() -> None:
    none = replace(sound_page(), troubles=())

    assert "answered as expected" in page(none)
    assert "None: every request" not in page(sound_page())


def test_examples_that_are_alike_are_shown_once() -> None:
    troubles = (Trouble("timeout", 3, ("no answer", "no answer", "half an answer")),)

    text = page(replace(sound_page(), troubles=troubles))

    assert re.findall(r"<code[^>]*>(.*?)</code>", text) == ["no answer", "half an answer"]


def test_a_closed_model_is_not_said_to_be_free_of_coordinated_omission() -> None:
    run = run_of(frames(3))
    closed = replace(run, plan=replace(run.plan, load=ClosedLoad(10, 3)), planned=0)
    text = page(replace(sound_page(), run=closed))

    assert "Closed model" in text
    assert "no coordinated omission" not in text


def test_a_goal_that_has_too_few_requests_is_no_failure() -> None:
    goals = (Judgment("p99<1s", Status.INSUFFICIENT, "", "5 requests"),)

    text = page(replace(sound_page(), goals=goals))

    assert '<p class="pill warn">Completed, 0 of 1 goals reached</p>' in text


def test_a_search_shows_its_steps_in_order_and_where_the_goal_broke() -> None:
    view = climbed_page()
    read = Reader(page(view))
    rows = [row.partition(" ")[0] for row in _column(page(view), "capacity")]

    assert "Capacity: 243 requests/s" in read.text
    assert rows == [
        *("12.5/s", "20/s", "33/s", "55/s", "90/s", "148/s"),
        *("243/s", "282/s", "321/s", "361/s", "400/s"),
    ]
    (words,) = [each for each in read.all("desc") if each["id"] == "climb-wide-desc"]
    assert words
    assert "The goal held at 243 requests a second." in read.text
    assert "requests were sent late" in read.text


def test_a_void_step_is_in_the_table_and_not_in_the_charts() -> None:
    view = climbed_page()
    climb = view.beside.climb
    assert climb

    drawn = climb_chart(climb)

    assert drawn
    (p99,) = [line for line in drawn.lines if line.name == "p99"]
    assert [rate for rate, _ in p99.points] == [
        step.offered
        for step in sorted(climb.steps, key=lambda step: step.offered)
        if not step.run.void
    ]
    assert [row.standing for row in step_rows(climb)].count("void") == 1


def test_a_search_in_which_nothing_held_has_no_capacity() -> None:
    view = climbed_page()
    assert view.beside.climb
    void = tuple(
        replace(step, run=replace(step.run, void="late")) for step in view.beside.climb.steps
    )
    found = capacity(void, Slo("p99<1s", Decimal(99), 1_000_000, 86_400))

    read = Reader(page(replace(view, beside=Beside(climb=Climb(void, found)))))

    assert "Capacity: none found" in read.text
    assert not [each for each in read.all("desc") if each["id"].startswith("climb")]


def test_against_a_saved_result_the_run_of_the_page_is_the_second_side() -> None:
    view = compared_page()
    beside = replace(view.beside, second=None, baseline="runs/monday.json")

    read = Reader(page(replace(view, beside=beside)))

    assert "First: the saved result runs/monday.json" in read.text
    assert f"Second: {view.target}, the run of this page" in read.text
    assert "those of the first side" not in read.text


def _compared(comparison: Comparison | None) -> LoadPage:
    view = compared_page()
    return replace(view, beside=replace(view.beside, comparison=comparison))


def _column(text: str, section: str) -> list[str]:
    """Return the headings of the rows of a section's table."""
    within = text.partition(f'<h2 id="{section}">')[2].partition("</section>")[0]
    return re.findall(r'<th scope="row">(.*?)</th>', within)


TEXTS = ("ink", "muted", "good", "bad", "warn", "first")
MARKS = ("first", "second", "low", "middle", "high", "good", "bad", "muted")


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("ground", ["card", "page"])
def test_text_stands_out_as_wcag_aa_asks(scheme: int, name: str, ground: str) -> None:
    colors = schemes()[scheme]

    assert contrast(colors[name], colors[ground]) >= 4.5


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("name", MARKS)
def test_lines_stand_out_as_wcag_aa_asks(scheme: int, name: str) -> None:
    colors = schemes()[scheme]

    assert contrast(colors[name], colors["card"]) >= 3


def schemes() -> list[dict[str, str]]:
    """Return the colors of the style sheet, light and dark."""
    blocks = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    return [dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", block)) for block in blocks]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colors, by WCAG 2.2."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(color: str) -> float:
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
