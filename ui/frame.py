"""Page configuration, navigation and head of a page, all from the catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

import catalogue
from catalogue import Lesson, Page
from model.errors import LabError
from ui import lesson, wording
from ui.components.registry import first_things_first
from ui.words import _

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage

ROOT = Path(__file__).parents[1]
MARK = ROOT / "assets" / "mark.svg"
WORDMARK = ROOT / "assets" / "wordmark.svg"
SIDEBAR_PIXELS = 248


def configure() -> None:
    st.set_page_config(page_title=_("Attention Lab"), page_icon=str(MARK), layout="wide", initial_sidebar_state=SIDEBAR_PIXELS)
    st.logo(str(WORDMARK), size="large", icon_image=str(MARK))


def navigation() -> tuple[Page, StreamlitPage]:
    """The page asked for, from the catalogue and as Streamlit runs it. Pages to come are not in it."""
    pages = {page.slug: _script_of(page) for page in catalogue.PAGES if page.ready}
    sections: dict[str, list[StreamlitPage]] = {"": [pages["home"]]}
    for found in catalogue.LESSONS:
        if found.ready:
            sections.setdefault(_(found.part), []).append(pages[found.slug])
    sections[_("Laboratory")] = [pages[page.slug] for page in catalogue.LABORATORY if page.ready]
    if shelves := [pages[page.slug] for page in catalogue.SHELVES if page.ready]:
        sections[_("Shelves")] = shelves
    chosen = st.navigation(sections, expanded=True)
    return next(catalogue.page(slug) for slug, page in pages.items() if page is chosen or page.url_path == chosen.url_path), chosen


def _script_of(page: Page) -> StreamlitPage:
    home = page.slug == "home"
    return st.Page(page.script, title=_title(page), url_path=None if home else page.slug, default=home)


def _title(page: Page) -> str:
    if isinstance(page, Lesson):
        return _("{number}. {title}").format(number=page.number, title=_(page.title))
    return _(page.title)


def head(page: Page) -> None:
    """The page's question as its title, and above it where in the course it stands."""
    if isinstance(page, Lesson):
        lesson.begin(page)
    st.title(_(page.question), anchor=False)
    if page.lead:
        st.markdown(_(page.lead))


def run(script: StreamlitPage) -> None:
    """The page itself. What a visitor's input broke is said in one sentence."""
    try:
        with first_things_first():
            script.run()
    except LabError as error:
        wording.show(error, "page_error")
