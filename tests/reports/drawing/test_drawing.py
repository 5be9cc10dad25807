import re
import struct
from xml.etree import ElementTree

import matplotlib.style
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.charts.figure import charts_of, figures
from reports.charts.trial import learning_curve
from reports.drawing.axes import linear_axis
from reports.drawing.chart import STYLES, Chart, Emphasis, Line, Points, Style
from reports.drawing.draw import draw, draw_png
from reports.drawing.svg import compact
from reports.drawing.theme import Colour
from reports.findings.answer import answer
from reports.words.text import visible
from study.datasets.metric import Metric
from tests.support.made_up.data import HOSTILE
from tests.support.made_up.records import confirmed_record, search_record, several_cells

CHARTS = [
    chart
    for record in (confirmed_record(), several_cells(4, searched=1, confirmed=1))
    for chart in charts_of(figures(record, answer(record)))
    if len(record.cells) == 2 or chart.key == "difference-by-pair"
]
NUMBER = re.compile(r"-?[\d.]+")


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def scatter(points: int) -> Chart:
    x = tuple(float(place) for place in range(points))
    axis = linear_axis("", x)
    layers = tuple(Points(style=style, x=x, y=x, emphasis=Emphasis.FAINT) for style in STYLES[:2])
    return Chart(key="a", title="", description="", x=axis, y=axis, layers=layers)


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.key)
def test_a_chart_is_small_named_and_free_of_style_attributes(chart: Chart) -> None:
    inline = draw(chart).inline
    root = ElementTree.fromstring(inline)
    assert root.get("role") == "img"
    names = (root.get("aria-labelledby") or "").split()
    assert [element.get("id") for element in root.iter() if element.get("id")] == names
    assert (root.findtext("title"), root.findtext("desc")) == (chart.title, chart.description)
    assert "style" not in inline
    assert "href" not in inline
    assert len(inline) < 60_000


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.key)
def test_every_colour_follows_the_scheme(chart: Chart) -> None:
    root = ElementTree.fromstring(draw(chart).inline)
    used = {element.get(name) for element in root.iter() for name in ("fill", "stroke")}
    assert used <= {None, "none", *(colour.light for colour in Colour)}


def test_the_same_chart_gives_the_same_bytes() -> None:
    assert draw(CHARTS[0]).file == draw(CHARTS[0]).file
    assert draw_png(CHARTS[0]) == draw_png(CHARTS[0])


@pytest.mark.parametrize("style", ["bmh", "dark_background", "fivethirtyeight", "ggplot"])
def test_settings_of_matplotlib_neither_matter_nor_change(style: str) -> None:
    expected = draw(CHARTS[0]).file, draw_png(CHARTS[0])
    with matplotlib.style.context([style, {"lines.marker": "o", "savefig.bbox": "tight"}]):
        before = dict(matplotlib.rcParams)
        assert (draw(CHARTS[0]).file, draw_png(CHARTS[0])) == expected
        assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.key)
def test_axes_ticks_and_legend_are_told_in_words(chart: Chart) -> None:
    told = [text.text for text in ElementTree.fromstring(draw(chart).inline).iter("text")]
    for axis in (chart.x, chart.y):
        assert {tick.label for tick in axis.ticks} <= set(told)
        assert not axis.label or axis.label in told
    assert [layer.label for layer in chart.labelled] == told[len(told) - len(chart.labelled) :]


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.marker)
def test_what_is_faint_stands_back(style: Style) -> None:
    axis = linear_axis("", [0, 1])
    for emphasis in Emphasis:
        points = Points(style=style, x=(0, 1), y=(0, 1), emphasis=emphasis)
        line = Line(colour=style.colour, x=(0, 1), y=(0, 1), emphasis=emphasis)
        for layer in (points, line):
            chart = Chart(key="a", title="", description="", x=axis, y=axis, layers=(layer,))
            root = ElementTree.fromstring(draw(chart).inline)
            (path,) = (p for p in root.iter("path") if p.get("stroke") == style.colour.light)
            seen = path.get("opacity", "1"), path.get("stroke-opacity", "1")
            assert (seen == ("1", "1")) == (emphasis is not Emphasis.FAINT)


def test_no_two_charts_share_an_id() -> None:
    ids = [found for chart in CHARTS for found in re.findall(r' id="([^"]*)"', draw(chart).inline)]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("points", [3, 127, 128, 700])
def test_every_point_is_drawn(points: int) -> None:
    paths = re.findall(r' d="([^"]*)"', draw(scatter(points)).inline)
    assert sum(path.count("h0") for path in paths) == points
    assert sum(path.count("z") for path in paths) == points


def test_text_is_taken_literally() -> None:
    axis = linear_axis("$x^2$ & <b>", [0, 1])
    line = Line(colour=Colour.FIRST, x=(0, 1), y=(0, 1), label=HOSTILE[0])
    chart = Chart(key="a", title=HOSTILE[2], description="", x=axis, y=axis, layers=(line,))
    root = ElementTree.fromstring(draw(chart).inline)
    texts = [text.text for text in root.iter("text")]
    assert "$x^2$ & <b>" in texts
    assert HOSTILE[0] in texts
    assert root.findtext("title") == visible(HOSTILE[2])


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 6_000), st.integers(0, 6_000)), min_size=2, max_size=5),
        min_size=1,
        max_size=5,
    )
)
def test_compact_paths_lead_to_the_same_places(lines: list[list[tuple[int, int]]]) -> None:
    """Followed step by step, relative steps end where the absolute ones say."""
    absolute = "".join(
        " ".join(f"{'L' if place else 'M'} {x / 10} {y / 10}" for place, (x, y) in enumerate(line))
        + " z "
        for line in lines
    )
    here, start, reached = (0.0, 0.0), (0.0, 0.0), []
    for command, rest in re.findall(r"([mlhz])([^mlhz]*)", compact(absolute)):
        if command == "z":
            here = start
            continue
        steps = [float(number) for number in NUMBER.findall(rest)]
        across, down = (steps[0], 0.0) if command == "h" else (steps[0], steps[1])
        here = (here[0] + across, here[1] + down)
        start = here if command == "m" else start
        reached.append(here)
    wanted = [place for line in lines for place in line]
    assert [(round(10 * x), round(10 * y)) for x, y in reached] == wanted


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_and_marks_stand_out(scheme: int) -> None:
    for ground in (Colour.PAPER, Colour.BAND):
        for colour in (Colour.TEXT, Colour.MUTED, Colour.ACCENT):
            assert contrast(colour.value[scheme], ground.value[scheme]) >= 4.5
        for colour in (style.colour for style in STYLES):
            assert contrast(colour.value[scheme], ground.value[scheme]) >= 3


def test_a_learning_curve_is_a_png_of_the_right_size() -> None:
    curve = search_record().trials[0].curve
    picture = learning_curve(curve, "Trial 0", Metric.ACCURACY)
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", picture[16:24]) == (600, 465)
    drawn = [learning_curve(each, "Trial 0", Metric.ACCURACY) for each in (curve[:1], ())]
    assert drawn[0] != drawn[1]


@given(st.text())
def test_nothing_stays_hidden(text: str) -> None:
    shown = visible(text)
    assert all(c.isprintable() or c in "\u200c\u200d" for c in shown)
    assert shown == text or not text.isprintable()
    assert visible(shown) == shown


def test_what_turns_or_hides_text_is_spelt_out() -> None:
    assert visible("a\u202eb\x00c\nd\ud800") == r"a\u202eb\x00c d\ud800"


def test_a_line_of_which_nothing_is_seen_is_left_out() -> None:
    axis = linear_axis("", [0, 1])
    lines = tuple(Line(colour=Colour.FIRST, x=x, y=x) for x in ((0.0, 1.0), (7.0, 8.0), (7.0,)))
    charts = [
        Chart(key="a", title="", description="", x=axis, y=axis, layers=layers)
        for layers in (lines[:1], lines)
    ]
    first, both = (draw(chart).inline for chart in charts)
    assert both == first
