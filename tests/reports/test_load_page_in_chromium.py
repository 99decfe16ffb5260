"""The page of a load test in a real browser: a phone and a desk, by day and by night."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from server.reports.load_page import page
from tests.reports.browser import CHROMIUM, Browser, browser
from tests.reports.load_pages import climbed_page, compared_page, run_of, sound_page, void
from tests.reports.test_load_page import HOSTILE, told

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
    pytest.mark.xdist_group("chromium"),
]

PHONE = (360, 800)
DESK = (1280, 900)
# One page on every screen; the others once light and once dark.
CASES = [
    pytest.param(name, size, scheme, id=f"{name}-{size[0]}-{scheme}")
    for name in ("sound", "compared", "climbed", "void", "empty", "hostile", "long")
    for size, scheme in (
        (PHONE, "dark"),
        (DESK, "light"),
        *(((PHONE, "light"), (DESK, "dark")) if name == "sound" else ()),
    )
]
LONG = "http://shop.internal/" + "a" * 400 + " word" * 20


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    sound, compared = sound_page(), compared_page()
    texts = {
        "sound": page(sound),
        "compared": page(compared),
        "climbed": page(climbed_page()),
        "void": page(replace(sound, run=void(sound.run))),
        "empty": page(replace(sound, run=run_of(()), goals=())),
        "hostile": told(compared, HOSTILE),
        "long": told(replace(compared, goals=sound.goals), LONG),
    }
    paths = {name: folder / f"{name}.html" for name in texts}
    for name, path in paths.items():
        path.write_text(texts[name])
    return paths


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.mark.parametrize(("name", "size", "scheme"), CASES)
def test_a_page_fits_its_screen_asks_nothing_and_complains_of_nothing(
    chromium: Browser, pages: dict[str, Path], name: str, size: tuple[int, int], scheme: str
) -> None:
    chromium.show(pages[name], size, scheme)

    assert chromium.value("innerWidth") == size[0]
    assert chromium.value("document.documentElement.scrollWidth <= innerWidth") is True
    assert chromium.requested() == [pages[name].as_uri()]
    assert chromium.complaints() == []
    assert chromium.value("typeof window.hacked") == "undefined"


def test_a_page_is_dark_where_the_reader_likes_it_dark(
    chromium: Browser, pages: dict[str, Path]
) -> None:
    lightness = "getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0] * 1"

    chromium.show(pages["sound"], PHONE, "light")
    light = chromium.value(lightness)
    chromium.show(pages["sound"], PHONE, "dark")
    dark = chromium.value(lightness)

    assert (light, dark) == (0xF4, 0x0F)


@pytest.mark.parametrize(("size", "shown"), [(PHONE, "narrow"), (DESK, "wide")])
def test_one_drawing_of_each_chart_shows_and_its_labels_can_be_read(
    chromium: Browser, pages: dict[str, Path], size: tuple[int, int], shown: str
) -> None:
    chromium.show(pages["compared"], size, "light")

    assert chromium.value(f"({_CHARTS}).map(each => each.classList[1])") == [shown] * 5
    assert _number(chromium, f"Math.min(...({_LABELS}).map(each => each.height))") >= 11


@pytest.mark.parametrize("size", [PHONE, DESK])
@pytest.mark.parametrize("name", ["sound", "compared", "climbed"])
def test_no_two_labels_of_a_chart_touch(
    chromium: Browser, pages: dict[str, Path], name: str, size: tuple[int, int]
) -> None:
    chromium.show(pages[name], size, "light")

    assert chromium.value(f"({_LABELS}).length > 20") is True
    assert chromium.value(_OVERLAPS) == []


def test_a_hostile_text_reads_as_text(chromium: Browser, pages: dict[str, Path]) -> None:
    chromium.show(pages["hostile"], DESK, "light")

    heading = chromium.value("document.querySelector('h1').textContent")

    assert isinstance(heading, str)
    assert heading.startswith("\"'><script>window.hacked = 1</script><img src=x")
    assert chromium.value("document.scripts.length") == 0


def test_a_script_that_somebody_adds_to_the_file_does_not_run(
    chromium: Browser, pages: dict[str, Path]
) -> None:
    path = pages["sound"].with_name("changed.html")
    script = "<script>window.hacked = 1</script></main>"
    path.write_text(pages["sound"].read_text().replace("</main>", script))

    chromium.show(path, DESK, "light")

    assert chromium.value("document.scripts.length") == 1
    assert chromium.value("typeof window.hacked") == "undefined"


def _number(chromium: Browser, expression: str) -> float:
    value = chromium.value(expression)
    assert isinstance(value, int | float)
    return value


_CHARTS = "[...document.querySelectorAll('svg.chart')].filter(each => each.clientWidth > 0)"
_LABELS = f"""
({_CHARTS}).flatMap((chart, at) => [...chart.querySelectorAll('text')].map(each => {{
  const box = each.getBoundingClientRect();
  return {{at, words: each.textContent, left: box.left, right: box.right, top: box.top,
           bottom: box.bottom, height: box.height}};
}}))
"""
# Boxes of text are a little taller than their letters.
_OVERLAPS = f"""
((labels) => labels.flatMap((one, place) => labels.slice(place + 1).filter(other =>
  one.at === other.at && one.left < other.right && other.left < one.right
  && one.top + 3 < other.bottom && other.top + 3 < one.bottom
).map(other => one.words + ' on ' + other.words)))({_LABELS})
"""
