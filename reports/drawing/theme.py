"""The report's colours, in a light and a dark scheme, as CSS custom properties.

Charts are drawn once, in the light colours. A style sheet then maps each of them to its
custom property, so that a chart follows the scheme of the page, and still styles right where
no style sheet is read.
"""

from enum import Enum

_DARK = "@media (prefers-color-scheme: dark)"


class Colour(Enum):
    """A colour by its purpose: as drawn, and in the dark scheme.

    The first two cells' colours are from Okabe and Ito's palette (2008, *Color universal
    design*), darkened for text-like contrast on white and lightened for dark pages. Seven hues
    are not told apart by everyone: markers differ, too.
    """

    PAPER = ("#fefefe", "#14171b")
    TEXT = ("#1b2127", "#e9ecef")
    MUTED = ("#56606b", "#a9b3bd")
    GRID = ("#e2e6ea", "#2b323a")
    EDGE = ("#8a949e", "#6f7a85")
    BAND = ("#eef1f4", "#21272e")
    RANGE = ("#c6d0d9", "#46525e")
    ACCENT = ("#0b6655", "#63cdb4")
    FIRST = ("#0069a8", "#5ab8ee")
    SECOND = ("#c24e00", "#f79a5b")
    THIRD = ("#a3387f", "#ec9fd0")
    FOURTH = ("#4a7a12", "#a3cf5f")
    FIFTH = ("#5a48b8", "#b0a4f8")
    SIXTH = ("#7d6200", "#dcbc4e")
    SEVENTH = ("#3c6e7f", "#86c3d4")

    @property
    def light(self) -> str:
        """As drawn."""
        return self.value[0]

    @property
    def dark(self) -> str:
        """On a dark page."""
        return self.value[1]

    @property
    def property(self) -> str:
        """Name of its CSS custom property."""
        return f"--{self.name.lower()}"


def properties() -> str:
    """CSS that defines every colour in both schemes; paper is always light."""
    light = "".join(f"{colour.property}:{colour.light};" for colour in Colour)
    dark = "".join(f"{colour.property}:{colour.dark};" for colour in Colour)
    return (
        f":root{{color-scheme:light dark;{light}}}\n{_DARK}{{@media screen{{:root{{{dark}}}}}}}\n"
    )


def mapping() -> str:
    """CSS that makes a chart's colours follow the custom properties."""
    return "".join(
        f'.chart [fill="{colour.light}"]{{fill:var({colour.property})}}'
        f'.chart [stroke="{colour.light}"]{{stroke:var({colour.property})}}\n'
        for colour in Colour
    )
