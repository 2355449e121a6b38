"""The app's own server with one page more, `empty`: the frame and the stage, and nothing below. `python -m bench.empty_page`.

What a stage change costs there is the price of Streamlit, the frame and the reading; what it costs on another page of
the same server beyond that is the page's own.
"""

from __future__ import annotations

import runpy
from pathlib import Path

import catalogue

HERE = Path(__file__).parent


class EmptyPage(catalogue.Page):
    @property
    def script(self) -> Path:
        return HERE / "nothing.py"


EMPTY = EmptyPage(slug="empty", title="Empty", question="What does nothing cost?", stage=("source", "target", "model"))


def add_the_empty_page() -> None:
    """Enter it in the catalogue of this process; its script is not one of the project's pages."""
    catalogue.LABORATORY = (*catalogue.LABORATORY, EMPTY)  # type: ignore[assignment]
    catalogue.PAGES = (*catalogue.PAGES, EMPTY)


if __name__ == "__main__":
    add_the_empty_page()
    runpy.run_path(str(HERE.parent / "server.py"), run_name="__main__")
