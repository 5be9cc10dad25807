"""The report: one HTML file without scripts and without anything from elsewhere."""

import base64
import hashlib
import re

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reports.drawing.theme import mapping, properties
from reports.page.glossary import link_terms
from reports.words.text import visible


def render(template: str, **context: object) -> str:
    """A template as HTML, with what it shows.

    Whatever is not markup of ours is escaped, and spelt out where it would be invisible. The
    Content-Security-Policy allows this page's one style sheet, by its hash, and nothing else.
    """
    environment = Environment(
        loader=PackageLoader("reports", package_path=""),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
    )
    environment.filters.update(link_terms=link_terms, headings=_headings)
    css = _css(environment)
    return environment.get_template(template).render(
        css=Markup(css), policy=Markup(_policy(css)), **context
    )


def _finalize(value: object) -> object:
    """What is printed: markup as it is, anything else with nothing hidden in it."""
    return value if isinstance(value, Markup) else visible(str(value))


def _headings(sections: str) -> list[tuple[str, Markup]]:
    """Each section's anchor and heading."""
    found = re.findall(r'<section id="([^"]*)">\s*<h2>(.*?)</h2>', sections)
    return [(anchor, Markup(heading)) for anchor, heading in found]


def _css(environment: Environment) -> str:
    assert environment.loader is not None
    source, _, _ = environment.loader.get_source(environment, "page/page.css")
    return f"{properties()}{mapping()}{source}"


def _policy(css: str) -> str:
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
