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
_DEFAULTS = {  # a path's attributes; only what differs from these values is written
    "fill": "none",  # given once, on the root
    "stroke": "none",
    "stroke-width": "1",
    "stroke-dasharray": "none",
    "stroke-linecap": "butt",
    "stroke-opacity": "1",
    "opacity": "1",
}
_STEP = re.compile(r"([MLz])(?: ([\d.e-]+) ([\d.e-]+))?")


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
        """Select the paths and the texts of what Matplotlib wrote, in their order.

        A Content-Security-Policy without `unsafe-inline` forbids style attributes, so that
        presentation attributes take their place. Nothing refers to an id but the root to
        its title and description, whose ids carry the chart's key.
        """
        names = f"{chart.key}-title {chart.key}-desc"
        attributes = (
            f'class="chart" role="img" aria-labelledby="{names}" '
            f'viewBox="0 0 {chart.width} {chart.height}" '
            f'font-size="{font_size}" fill="none" stroke-linejoin="round"'
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
            style = {name: _style(element).get(name, unset) for name, unset in _DEFAULTS.items()}
            if style["fill"] != "none" or style["stroke"] != "none":
                yield _path(element.attrib["d"], style)
        elif element.tag == f"{_NAMESPACE}text":
            yield _label(element)


def _path(steps: str, style: Mapping[str, str]) -> str:
    written = (f' {name}="{value}"' for name, value in style.items() if value != _DEFAULTS[name])
    return f'<path{"".join(written)} d="{compact(steps)}"/>'


def _label(element: ElementTree.Element) -> str:
    style = _style(element)
    x, y = (round(float(element.attrib[name]), 1) for name in ("x", "y"))
    anchor = style.get("text-anchor", "start")
    aligned = f' text-anchor="{anchor}"' if anchor != "start" else ""
    text = _text(element.text or "")
    return f'<text x="{x:g}" y="{y:g}" fill="{style["fill"]}"{aligned}>{text}</text>'


def _style(element: ElementTree.Element) -> dict[str, str]:
    pairs = (part.split(":", 1) for part in element.attrib.get("style", "").split(";") if part)
    return {name.strip(): value.strip() for name, value in pairs}


def _text(text: str) -> str:
    return escape(visible(text))


def compact(path: str) -> str:
    """The same path in relative steps of tenths of a pixel; a dot stays a dot."""
    parts: list[str] = []
    here = start = (0, 0)
    for command, x, y in _STEP.findall(path):
        there = start if command == "z" else (round(10 * float(x)), round(10 * float(y)))
        across, down = there[0] - here[0], there[1] - here[1]
        if command == "z":
            parts.append("z")
        elif command == "L" and not across and not down:
            parts.append("h0")
        else:
            parts.append(f"{command.lower()}{across / 10:g} {down / 10:g}")
        here = there
        start = there if command == "M" else start
    return "".join(parts)
