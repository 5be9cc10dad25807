"""Matplotlib's SVG made small, accessible, free of style attributes, and light or dark."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from xml.etree import ElementTree

from reports.drawing.chart import Chart
from reports.drawing.theme import Colour, mapping, properties
from reports.words.text import visible

_NAMESPACE = "{http://www.w3.org/2000/svg}"
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif"
_KEPT = {  # attributes of a path, and what they are without being written
    "fill": "black",
    "stroke": "none",
    "stroke-width": "1",
    "stroke-dasharray": "none",
    "stroke-linecap": "round",  # given once, on the root
    "opacity": "1",
}
_TOKEN = re.compile(r"[MLz]|-?[\d.]+(?:e-?\d+)?")


@dataclass(frozen=True)
class Svg:
    """A chart as SVG, without a background, in the light colours.

    Attributes:
        attributes: Of the root.
        body: What the root holds.
    """

    attributes: str
    body: str

    @classmethod
    def of_matplotlib(cls, source: bytes, chart: Chart, font_size: float) -> "Svg":
        """Keep the paths and the texts of what Matplotlib wrote, in their order.

        A Content-Security-Policy without `unsafe-inline` forbids style attributes, so that
        presentation attributes take their place. Nothing refers to an id but the root to
        its title and description, whose ids carry the chart's key.
        """
        names = f"{chart.key}-title {chart.key}-desc"
        attributes = (
            f'class="chart" role="img" aria-labelledby="{names}" '
            f'viewBox="0 0 {chart.width} {chart.height}" '
            f'font-size="{font_size}" stroke-linejoin="round" stroke-linecap="round"'
        )
        head = (
            f'<title id="{chart.key}-title">{_text(chart.title)}</title>'
            f'<desc id="{chart.key}-desc">{_text(chart.description)}</desc>'
        )
        return cls(attributes, head + "".join(_elements(ElementTree.fromstring(source))))

    @property
    def inline(self) -> str:
        """For a page that defines the colours and the font."""
        return f"<svg {self.attributes}>{self.body}</svg>"

    @property
    def file(self) -> str:
        """A file of its own, which styles right by itself in both schemes."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" font-family="{_FONT}" {self.attributes}>'
            f"<style>{properties()}{mapping()}</style>"
            f'<rect width="100%" height="100%" fill="{Colour.PAPER.light}"/>{self.body}</svg>\n'
        )


def _elements(root: ElementTree.Element) -> Iterator[str]:
    for element in root.iter():
        # Matplotlib leaves out the steps of a path that has none.
        if element.tag == f"{_NAMESPACE}path" and "d" in element.attrib:
            style = _style(element)
            if style.get("fill") != "none" or "stroke" in style:
                yield _path(element, style)
        elif element.tag == f"{_NAMESPACE}text":
            yield _label(element)


def _path(element: ElementTree.Element, style: Mapping[str, str]) -> str:
    attributes = "".join(
        f' {name}="{value}"'
        for name, default in _KEPT.items()
        if (value := style.get(name, _unset(name))) != default
    )
    return f'<path{attributes} d="{compact(element.attrib["d"])}"/>'


def _unset(name: str) -> str:
    """What Matplotlib means where it writes nothing."""
    return "butt" if name == "stroke-linecap" else _KEPT[name]


def _label(element: ElementTree.Element) -> str:
    style = _style(element)
    x, y = (round(float(element.attrib[name]), 1) for name in ("x", "y"))
    anchor = style.get("text-anchor", "start")
    aligned = f' text-anchor="{anchor}"' if anchor != "start" else ""
    fill = style.get("fill", "#000000")
    return f'<text x="{x:g}" y="{y:g}" fill="{fill}"{aligned}>{_text(element.text or "")}</text>'


def _style(element: ElementTree.Element) -> dict[str, str]:
    pairs = (part.split(":", 1) for part in element.attrib.get("style", "").split(";") if part)
    return {name.strip(): value.strip() for name, value in pairs}


def _text(text: str) -> str:
    return escape(visible(text))


def compact(path: str) -> str:
    """The same path in relative steps of tenths of a pixel; a dot stays a dot."""
    parts: list[str] = []
    here = start = (0, 0)
    tokens = iter(_TOKEN.findall(path))
    for command in tokens:
        if command == "z":
            parts.append("z")
            here = start
            continue
        there = (round(10 * float(next(tokens))), round(10 * float(next(tokens))))
        across, down = there[0] - here[0], there[1] - here[1]
        if command == "L" and not across and not down:
            parts.append("h0")
        else:
            parts.append(f"{command.lower()}{across / 10:g} {down / 10:g}")
        here = there
        if command == "M":
            start = there
    return "".join(parts)
