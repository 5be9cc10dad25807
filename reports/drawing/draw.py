"""Charts as pictures, SVG for the report and PNG for the dashboard."""

import math
from collections.abc import Sequence

from reports.drawing.canvas import Canvas, Frame, Pen, Place
from reports.drawing.chart import (
    Band,
    Bars,
    Chart,
    Emphasis,
    Layer,
    Line,
    Orientation,
    Points,
    ReferenceLine,
    Style,
)
from reports.drawing.svg import Svg
from reports.drawing.theme import Colour

FONT_SIZE = 12.5  # CSS pixels
_CHARACTER = 0.56 * FONT_SIZE  # average width
_ENLARGED = 17.0 / FONT_SIZE  # text of wide charts on a narrow page, by the style sheet
_LINE = 22.0  # height of a line of text
_ENDS = 1.35  # lines for what the ends of an axis mean, set apart from its label
_BASELINE = 4.5  # of text that is centred on a height
_SAMPLE = 22.0  # width of a sample in the legend

_OPACITY = {Emphasis.FAINT: 0.45, Emphasis.PLAIN: 1.0, Emphasis.BOLD: 1.0}
_LINE_WIDTH = {Emphasis.FAINT: 1.1, Emphasis.PLAIN: 1.7, Emphasis.BOLD: 2.6}
_BAR_WIDTH = {Emphasis.FAINT: 1.2, Emphasis.PLAIN: 1.5, Emphasis.BOLD: 7.0}
_RADIUS = {Emphasis.FAINT: 2.5, Emphasis.PLAIN: 3.4, Emphasis.BOLD: 4.8}
_CAP = 5.0  # half the width of a plain interval's cap
_HALO = 1.6  # of paper around what must be told apart from what lies under it


def draw(chart: Chart) -> Svg:
    """The chart as SVG; the same chart gives the same bytes."""
    return Svg.of_matplotlib(_canvas(chart).svg(), chart, FONT_SIZE)


def draw_png(chart: Chart, scale: float = 1.0) -> bytes:
    """The chart as PNG on white, `scale` pixels for each CSS pixel."""
    return _canvas(chart).png(scale)


def _canvas(chart: Chart) -> Canvas:
    above = _legend_rows(chart) + bool(chart.y.label) + _has_rule_label(chart)
    below = 2 + _ENDS * bool(chart.ends) + _crowded(chart)
    longest = max((len(tick.label) for tick in chart.y.ticks), default=0)
    frame = Frame(
        left=14 + longest * _character(chart),
        bottom=6 + below * _LINE,
        right=chart.width - 26,
        top=chart.height - 14 - above * _LINE,
    )
    canvas = Canvas(chart.width, chart.height, frame)
    canvas.set_axes(chart.x, chart.y)
    for layer in chart.layers:
        if isinstance(layer, Band):
            _draw_band(canvas, layer)
    _draw_y_axis(canvas, chart)
    _draw_x_axis(canvas, chart)
    for layer in chart.layers:
        _draw(canvas, layer)
    _draw_legend(canvas, chart)
    return canvas


def _has_rule_label(chart: Chart) -> bool:
    return any(isinstance(layer, ReferenceLine) and layer.label for layer in chart.layers)


def _crowded(chart: Chart) -> bool:
    """Whether the ticks' labels need a second row."""
    letters = sum(len(tick.label) + 2 for tick in chart.x.ticks)
    return letters * _character(chart) > 0.9 * chart.width


def _draw_y_axis(canvas: Canvas, chart: Chart) -> None:
    left, _, right, top = canvas.frame
    places = canvas.places(
        [chart.x.low] * len(chart.y.ticks), [tick.value for tick in chart.y.ticks]
    )
    canvas.strokes([[(left, y), (right, y)] for _, y in places], Pen(Colour.GRID, 1.0))
    for tick, (_, y) in zip(chart.y.ticks, places, strict=True):
        canvas.text((left - 9, y - _BASELINE), tick.label, FONT_SIZE, align="right")
    above = top + 14 + (_LINE if _has_rule_label(chart) else 0)
    canvas.text((4, above), chart.y.label, FONT_SIZE, Colour.TEXT)


def _draw_x_axis(canvas: Canvas, chart: Chart) -> None:
    left, bottom, right, _ = canvas.frame
    places = canvas.places(
        [tick.value for tick in chart.x.ticks], [chart.y.low] * len(chart.x.ticks)
    )
    pen = Pen(Colour.EDGE, 1.0)
    canvas.strokes([[(left, bottom), (right, bottom)]], pen)
    canvas.strokes([[(x, bottom), (x, bottom - 4)] for x, _ in places], pen)
    crowded = _crowded(chart)
    row = bottom - 19
    for place, (tick, (x, _)) in enumerate(zip(chart.x.ticks, places, strict=True)):
        down = _LINE * 0.75 if crowded and place % 2 else 0.0
        canvas.text((x, row - down), tick.label, FONT_SIZE, align="center")
    row -= _LINE * (1 + crowded)
    if chart.ends:
        canvas.text((left, row), f"\N{LEFTWARDS ARROW} {chart.ends[0]}", FONT_SIZE)
        canvas.text((right, row), f"{chart.ends[1]} \N{RIGHTWARDS ARROW}", FONT_SIZE, align="right")
        row -= _ENDS * _LINE
    canvas.text(((left + right) / 2, row), chart.x.label, FONT_SIZE, Colour.TEXT, "center")


def _draw(canvas: Canvas, layer: Layer) -> None:
    match layer:
        case Points():
            _draw_points(canvas, canvas.places(layer.x, layer.y), layer.style, layer.emphasis)
        case Line() if layer.x:
            corners = _steps(layer.x, layer.y) if layer.steps else (layer.x, layer.y)
            canvas.strokes([canvas.places(*corners)], _pen(layer))
        case Bars():
            _draw_bars(canvas, layer)
        case ReferenceLine():
            _draw_rule(canvas, layer)


def _pen(line: Line) -> Pen:
    return Pen(line.colour, _LINE_WIDTH[line.emphasis], _OPACITY[line.emphasis], line.dashed)


def _steps(x: Sequence[float], y: Sequence[float]) -> tuple[list[float], list[float]]:
    """Corners of the steps that keep each value until the next."""
    across = [x[0], *(value for value in x[1:] for _ in range(2))]
    up = [*(value for value in y[:-1] for _ in range(2)), y[-1]]
    return across, up


def _draw_points(canvas: Canvas, places: Sequence[Place], style: Style, emphasis: Emphasis) -> None:
    radius, opacity = _RADIUS[emphasis], _OPACITY[emphasis]
    dots = [[place, place] for place in places]
    if emphasis is not Emphasis.FAINT:
        canvas.strokes(dots, Pen(Colour.PAPER, 2 * (radius + _HALO)))
    if not style.hollow:
        canvas.strokes(dots, Pen(style.colour, 2 * radius, opacity))
        return
    reach = 1.2 * radius
    diamonds = [[(x, y + reach), (x + reach, y), (x, y - reach), (x - reach, y)] for x, y in places]
    edge = Pen(style.colour, 1.2 if emphasis is Emphasis.FAINT else 2.0, opacity)
    canvas.shapes(diamonds, None if emphasis is Emphasis.FAINT else Colour.PAPER, edge)


def _draw_bars(canvas: Canvas, bars: Bars) -> None:
    if bars.orientation is Orientation.X:
        starts, ends = canvas.places(bars.low, bars.at), canvas.places(bars.high, bars.at)
    else:
        starts, ends = canvas.places(bars.at, bars.low), canvas.places(bars.at, bars.high)
    pen = Pen(bars.colour, _BAR_WIDTH[bars.emphasis], flat=True)
    spans = list(zip(starts, ends, strict=True))
    canvas.strokes(spans, pen)
    if bars.emphasis is not Emphasis.BOLD:
        canvas.strokes([_cap(place, bars.orientation) for span in spans for place in span], pen)


def _cap(place: Place, orientation: Orientation) -> list[Place]:
    x, y = place
    if orientation is Orientation.X:
        return [(x, y - _CAP), (x, y + _CAP)]
    return [(x - _CAP, y), (x + _CAP, y)]


def _draw_band(canvas: Canvas, band: Band) -> None:
    _, bottom, _, top = canvas.frame
    (left, _), (right, _) = canvas.places((band.low, band.high), (1, 1))
    canvas.shapes([[(left, bottom), (left, top), (right, top), (right, bottom)]], Colour.BAND)


def _draw_rule(canvas: Canvas, reference_line: ReferenceLine) -> None:
    _, bottom, _, top = canvas.frame
    x = canvas.places([reference_line.value], [1])[0][0]
    canvas.strokes(
        [[(x, bottom), (x, top)]], Pen(Colour.EDGE, 1.2, dashed=not reference_line.solid)
    )
    canvas.text((x, top + 7), reference_line.label, FONT_SIZE, align="center")


def _legend_columns(chart: Chart) -> tuple[int, float]:
    """How many entries stand side by side, and how far apart."""
    longest = max((len(layer.label) for layer in chart.labelled), default=0)
    width = _SAMPLE + 22 + longest * _character(chart)
    return max(1, int((chart.width - 8) // width)), width


def _legend_rows(chart: Chart) -> int:
    return math.ceil(len(chart.labelled) / _legend_columns(chart)[0])


def _character(chart: Chart) -> float:
    """Room for one character of text."""
    return _CHARACTER if chart.narrow else _CHARACTER * _ENLARGED


def _draw_legend(canvas: Canvas, chart: Chart) -> None:
    columns, width = _legend_columns(chart)
    for place, layer in enumerate(chart.labelled):
        left = 4 + place % columns * width
        base = chart.height - 16 - place // columns * _LINE
        _draw_sample(canvas, layer, left, base + _BASELINE)
        canvas.text((left + _SAMPLE + 6, base), layer.label, FONT_SIZE)


def _draw_sample(canvas: Canvas, layer: Layer, left: float, height: float) -> None:
    right = left + _SAMPLE
    match layer:
        case Points():
            _draw_points(canvas, [(left + _SAMPLE / 2, height)], layer.style, layer.emphasis)
        case Line():
            canvas.strokes([[(left + 1, height), (right - 1, height)]], _pen(layer))
        case Bars():
            pen = Pen(layer.colour, _BAR_WIDTH[layer.emphasis], flat=True)
            canvas.strokes([[(left + 2, height), (right - 2, height)]], pen)
            if layer.emphasis is not Emphasis.BOLD:
                caps = [_cap((x, height), Orientation.X) for x in (left + 2, right - 2)]
                canvas.strokes(caps, pen)
        case Band():
            low, high = height - 6, height + 6
            canvas.shapes([[(left, low), (left, high), (right, high), (right, low)]], Colour.BAND)
