from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from reports.findings.answer import answer
from reports.words.text import visible
from reports.write import write
from tests.support.browser import chromium
from tests.support.made_up.data import HOSTILE
from tests.support.made_up.records import (
    confirmed_record,
    hostile_record,
    incomplete_record,
    search_record,
    several_cells,
)

UNFOLD = "document.querySelectorAll('details').forEach(each => each.open = true)"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    records = {
        "search": search_record(),
        "confirmed": confirmed_record(),
        "large": confirmed_record(trials=60, searched=12, confirmed=12),
        "cells": several_cells(4, luck=0.02, failing={"gru": 0.3}, capped=0.3),
        "incomplete": incomplete_record(),
        "hostile": hostile_record(),
    }
    return {
        name: write(record, answer(record), tmp_path_factory.mktemp(name)).as_uri()
        for name, record in records.items()
    }


def watched(page: Page, address: str) -> list[str]:
    """Open a page, and tell every message and every request but the one for itself."""
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("dialog", lambda dialog: told.append(dialog.message))
    page.on("request", lambda request: told.append(request.url))
    page.goto(address)
    page.evaluate(UNFOLD)
    page.wait_for_load_state("networkidle")
    told.remove(address)
    return told


@pytest.mark.parametrize("name", ["search", "large", "cells", "hostile"])
@pytest.mark.parametrize("width", [390, 1280])
def test_it_opens_quietly_and_fits(
    browser: Browser, reports: dict[str, str], name: str, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    assert [each for each in watched(page, reports[name]) if each != "data:,"] == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    drawn = page.evaluate(
        "[...document.querySelectorAll('svg')].map(each => each.getBoundingClientRect().width)"
    )
    assert min(drawn) > 250
    page.close()


def test_hostile_names_show_as_text(browser: Browser, reports: dict[str, str]) -> None:
    page = browser.new_page()
    page.goto(reports["hostile"])
    page.evaluate(UNFOLD)
    shown = " ".join(page.inner_text("body").split())
    for name in HOSTILE:
        assert " ".join(visible(name).split()) in shown
    assert page.locator("script, img").count() == 0
    page.close()


@pytest.mark.parametrize("name", ["search", "confirmed", "cells", "incomplete", "hostile"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(
    browser: Browser, reports: dict[str, str], name: str, scheme: str
) -> None:
    context = browser.new_context(
        bypass_csp=True, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    page.goto(reports[name])
    page.evaluate(UNFOLD)
    found = Axe().run(page).response["violations"]
    assert [(each["id"], [node["target"] for node in each["nodes"]]) for each in found] == []
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_charts_follow_the_scheme(browser: Browser, reports: dict[str, str], scheme: str) -> None:
    page = browser.new_page(color_scheme="dark" if scheme == "dark" else "light")
    folder = Path(reports["confirmed"].removeprefix("file://")).parent / "charts"
    for address in (reports["confirmed"], (folder / "accuracy-by-size.svg").as_uri()):
        page.goto(address)
        first, text = page.evaluate(
            "[...document.querySelectorAll('.chart path[stroke=\"#0069a8\"]')].slice(-1)"
            ".concat([...document.querySelectorAll('.chart text')].slice(-1))"
            ".map(each => [getComputedStyle(each).stroke, getComputedStyle(each).fill])"
        )
        dark = scheme == "dark"
        assert first[0] == ("rgb(90, 184, 238)" if dark else "rgb(0, 105, 168)")
        assert text[1] == ("rgb(169, 179, 189)" if dark else "rgb(86, 96, 107)")
    page.close()


@pytest.mark.parametrize("name", ["large", "cells"])
def test_nothing_on_paper_is_wider_than_it_or_all_would_be_shrunk(
    browser: Browser, reports: dict[str, str], name: str
) -> None:
    printable = round((210 - 2 * 15) / 25.4 * 96)
    page = browser.new_page(viewport={"width": printable, "height": 900})
    page.emulate_media(media="print")
    page.goto(reports[name])
    assert page.evaluate("document.documentElement.scrollWidth") == printable
    page.close()


def test_paper_is_light_and_cuts_no_chart(browser: Browser, reports: dict[str, str]) -> None:
    page = browser.new_page(color_scheme="dark")
    page.goto(reports["confirmed"])
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(254, 254, 254)"
    cut = page.evaluate(
        "[...document.querySelectorAll('svg')]"
        ".filter(each => getComputedStyle(each.closest('.several') ? each : "
        "each.closest('figure')).breakInside !== 'avoid').length"
    )
    assert cut == 0
    assert page.pdf(format="A4", prefer_css_page_size=True).startswith(b"%PDF")
    page.close()
