"""Every finished page in a real browser, light, dark and on a phone: quiet console, nothing from elsewhere, nothing cut off."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page as BrowserPage

from bench.browser import NewVisit
from catalogue import PAGES, Page

READY = [page for page in PAGES if page.ready]
SCREENS = {"light": (1280, 800, "light"), "dark": (1280, 800, "dark"), "phone": (390, 844, "light"), "dark phone": (390, 844, "dark")}

SIDEWAYS = """() => [...document.querySelectorAll('[data-testid=stMain], [data-testid=stMainBlockContainer], html')]
    .map(element => element.scrollWidth - element.clientWidth)"""

# Streamlit's own: the navigation puts headers and items into one another without a list between them.
STREAMLITS = {"list", "listitem"}
IN_NAVIGATION = "element => element.closest('[data-testid=stSidebarNav]') !== null"


def path_of(page: Page) -> str:
    return "" if page.slug == "home" else page.slug


def ours(page: BrowserPage, rule: str, target: list[str]) -> bool:
    return not (rule in STREAMLITS and page.locator(target[0]).first.evaluate(IN_NAVIGATION))


def violations(page: BrowserPage) -> list[str]:
    """What axe calls serious or critical and is ours to mend, one line a place."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{violation['id']} ({violation['impact']}): {node['html'][:200]} {node.get('failureSummary', '')[:300]}"
        for violation in found
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
        if ours(page, violation["id"], node["target"])
    ]


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("page", READY, ids=lambda page: page.slug)
def test_page(new_visit: NewVisit, page: Page, screen: str) -> None:
    width, height, scheme = SCREENS[screen]
    visit = new_visit(width=width, height=height, scheme=scheme)
    view = visit.open(path_of(page))
    assert view.locator("[data-testid=stException]").count() == 0
    assert view.get_by_role("heading", level=1).count() == 1
    assert max(view.evaluate(SIDEWAYS)) <= 0, "the page can be pushed sideways"
    found = violations(view)
    assert not found, "\n".join(found)
    assert not visit.page_errors
    assert not visit.console_errors
    assert not visit.foreign_requests


def test_a_link_opens_the_same_view_in_another_browser(new_visit: NewVisit) -> None:
    first = new_visit().open("inspect?source=the+street+was+too+wide")
    address = first.url
    assert "model=" in address and "source=" in address
    second = new_visit().open(address)
    assert second.url == address
    main = "[data-testid=stMain]"
    assert second.locator(main).inner_text() == first.locator(main).inner_text()
