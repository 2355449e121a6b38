"""Every finished page of the catalogue runs, for a good address and for every bad one, without a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from catalogue import PAGES, Page

APP = Path(__file__).resolve().parents[2] / "app.py"
READY = [page for page in PAGES if page.ready]

BAD_SENTENCES = {
    "empty": "",
    "spaces": " \u2028\t\n ",
    "endless": "a" * 100_000,
    "many words": "the " * 70,
    "emoji": "\U0001f9e0\U0001f469\u200d\U0001f52c \u2764\ufe0f",
    "right to left": "\u05d4\u05db\u05dc\u05d1 \u05d9\u05e9\u05df \u202e abc",
    "NUL": "the dog\x00sleeps\x07",
    "HTML": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "LaTeX": r"$\frac{1}{0}$ \href{x}{y} :red[x] ![i](x)",
    "special pieces": "<pad> <s> </s> <unk>",
}

UNREADABLE = ("empty", "spaces", "endless", "many words")


def open_page(page: Page, **address: str) -> AppTest:
    """The page as a visitor's first run shows it, with parts of the stage in the address."""
    app = AppTest.from_file(APP, default_timeout=60)
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    return app if page.slug == "home" else app.switch_page(f"pages/{page.slug.replace('-', '_')}.py").run()


def shown(app: AppTest) -> str:
    """Everything that reached the page, as one text."""
    return "\n".join(str(getattr(element, "proto", "")) for element in app.main)


@pytest.mark.parametrize("page", READY, ids=lambda page: page.slug)
def test_page_runs(page: Page) -> None:
    app = open_page(page)
    assert not app.exception, [error.value for error in app.exception]
    assert not app.error, [error.value for error in app.error]
    assert page.question in shown(app)


@pytest.mark.parametrize("page", READY, ids=lambda page: page.slug)
def test_page_runs_again_as_it_was(page: Page) -> None:
    app = open_page(page)
    first = len(list(app.main))
    app.run()
    assert not app.exception and len(list(app.main)) == first


@pytest.mark.parametrize("kind", BAD_SENTENCES)
@pytest.mark.parametrize("page", READY, ids=lambda page: page.slug)
def test_bad_sentences_bring_no_traceback(page: Page, kind: str) -> None:
    for address in ({"source": BAD_SENTENCES[kind]}, {"target": BAD_SENTENCES[kind]}):
        app = open_page(page, **address)
        assert not app.exception, [error.value for error in app.exception]
        assert "a" * 1000 not in shown(app)


@pytest.mark.parametrize("kind", UNREADABLE)
@pytest.mark.parametrize("page", [page for page in READY if page.stage], ids=lambda page: page.slug)
def test_what_cannot_be_read_gets_a_sentence_back(page: Page, kind: str) -> None:
    assert "This link could not be read in full" in shown(open_page(page, source=BAD_SENTENCES[kind]))


@pytest.mark.parametrize("name", ["", "nobody", "toy:untrained:untrained", "../../etc/passwd", "toy\x00", "x" * 10_000])
@pytest.mark.parametrize("page", READY, ids=lambda page: page.slug)
def test_unknown_models_bring_no_traceback(page: Page, name: str) -> None:
    app = open_page(page, model=name)
    assert not app.exception, [error.value for error in app.exception]
