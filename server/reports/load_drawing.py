"""Charts as SVG that a page carries: no script, no color of its own, one drawing a screen size.

Text that shrinks with its drawing cannot be read on a phone, so every chart is drawn twice, and
the style sheet shows the one that fits. Colors, dashes and type are the style sheet's, too; that
is how a chart follows a dark screen. leather lays out axes and labels.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET  # ruff: ignore[suspicious-xml-etree-import] - builds, parses nothing

import leather
from leather import theme
from typing_extensions import override

from server.reports.load_axes import Axis
from server.reports.load_charts import Chart, Line, Points

_PAINT: Final = ("fill", "stroke", "stroke-width", "font-family", "font-size")
_RADIUS: Final = 3.5
_ROOM: Final = 6  # around a drawing, so that no stroke is cut


@dataclass(frozen=True, slots=True)
class _Size:
    """A drawing's width, the part of the chart's height it takes, and how many marks fit below."""

    name: str
    width: int
    height: float
    ticks: int


_SIZES: Final = (_Size("wide", 900, 1.0, 9), _Size("narrow", 380, 0.85, 5))


def drawn(chart: Chart) -> str:
    """Return both drawings of a chart as markup, in which every text is escaped."""
    return "".join(_drawing(chart, size) for size in _SIZES)


def _drawing(chart: Chart, size: _Size) -> str:
    height = round(chart.height * size.height)
    label = f"{chart.name}-{size.name}"
    svg = ET.Element(
        "svg",
        {
            "class": f"chart {size.name}",
            "viewBox": _view(chart, size, height),
            "role": "img",
            "aria-labelledby": f"{label}-title {label}-desc",
        },
    )
    ET.SubElement(svg, "title", {"id": f"{label}-title"}).text = chart.title
    ET.SubElement(svg, "desc", {"id": f"{label}-desc"}).text = chart.description
    svg.append(_without_paint(_group(chart, size, height)))
    return ET.tostring(svg, encoding="unicode")


def _view(chart: Chart, size: _Size, height: int) -> str:
    """Return the part that is drawn on: leather leaves margins, and room for a legend."""
    margin = int(size.width * theme.margin)
    legend = theme.legend_font_char_height + theme.legend_gap if len(chart.lines) > 1 else 0
    top = margin + legend - _ROOM - theme.legend_font_char_height // 2
    return f"{margin - _ROOM} {top} {size.width - margin} {height - margin - top + _ROOM}"


def _group(chart: Chart, size: _Size, height: int) -> ET.Element:
    x, y = chart.x.with_at_most(size.ticks), chart.y
    drawing = leather.Chart()
    drawing.set_x_scale(_OnAxis(x))
    drawing.set_y_scale(_OnAxis(y))
    drawing.add_x_axis([tick.value for tick in x.ticks], lambda _, at, __: x.ticks[at].label)
    drawing.add_y_axis([tick.value for tick in y.ticks], lambda _, at, __: y.ticks[at].label)
    for line in chart.lines:
        drawing.add_series(leather.Series(line.points), _Drawn(line))
    return drawing.to_svg_group(size.width, height)


def _without_paint(group: ET.Element) -> ET.Element:
    """Take out the background, and whatever the style sheet decides."""
    for background in group.findall("rect"):
        group.remove(background)
    for element in group.iter():
        for name in _PAINT:
            element.attrib.pop(name, None)
    return group


class _OnAxis(leather.Scale):
    """Places values as an axis does."""

    def __init__(self, axis: Axis) -> None:
        self._axis = axis

    @override
    def contains(self, v: float) -> bool:
        return True  # what lies outside is drawn at the edge

    @override
    def project(self, value: float, range_min: float, range_max: float) -> float:
        return round(range_min + (range_max - range_min) * self._axis.place(value), 1)


class _Drawn(leather.Shape):
    """Draws a line under its own class, for the style sheet to find."""

    def __init__(self, line: Line) -> None:
        self._line = line

    @override
    def validate_series(self, series: leather.Series) -> object:
        return True

    @override
    def legend_to_svg(
        self, series: leather.Series, palette: object
    ) -> list[tuple[ET.Element, float]]:
        return []  # legends stand beside the charts, as text

    @override
    def to_svg(
        self,
        width: float,
        height: float,
        x_scale: leather.Scale,
        y_scale: leather.Scale,
        series: leather.Series,
        palette: object,
    ) -> ET.Element:
        group = ET.Element("g", {"class": f"line {self._line.name}"})
        for run in _runs(self._line.points):
            places = [(x_scale.project(x, 0, width), y_scale.project(y, height, 0)) for x, y in run]
            group.extend(_marks(places, self._line, height))
        return group


def _runs(points: Points) -> Iterator[list[tuple[float, float]]]:
    """Yield the stretches between gaps."""
    run: list[tuple[float, float]] = []
    for x, y in points:
        if y is not None:
            run.append((x, y))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _marks(places: list[tuple[float, float]], line: Line, height: float) -> Iterator[ET.Element]:
    path = "M" + "L".join(f"{x:g} {y:g}" for x, y in places)
    if line.is_filled:
        yield ET.Element("path", {"class": "area", "d": f"{path}V{height:g}H{places[0][0]:g}Z"})
    elif len(places) > 1:
        yield ET.Element("path", {"d": path})
    if line.is_dotted or len(places) == 1:
        for x, y in places:
            yield ET.Element("circle", {"cx": f"{x:g}", "cy": f"{y:g}", "r": f"{_RADIUS:g}"})
