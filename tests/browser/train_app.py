"""The app's own server, with data sets that somebody on this computer publishes: `python -m tests.browser.train_app`."""

from __future__ import annotations

import os
import runpy
from pathlib import Path

from lab import data_sets
from lab.data_sets import DataSet, File

ADDRESS = "PUBLISHER"  # in the environment


def published(address: str) -> tuple[DataSet, ...]:
    """Two files line by line, a translation memory, and one where nobody answers."""
    lines = tuple(File(f"{address}/{side}.gz") for side in ("en", "fr"))
    memory = (File(f"{address}/en-fr.tmx.gz"),)
    nobody = (File("http://127.0.0.1:9/en-fr.tmx.gz"),)
    return (
        DataSet("lines", "Two files", "About them.", "Free.", ("en", "fr"), lines, 1000),
        DataSet("memory", "A memory", "About it.", "Free.", ("en", "fr"), memory, 100),
        DataSet("nobody", "Nobody's", "About it.", "Free.", ("en", "fr"), nobody, 100),
    )


if __name__ == "__main__":
    data_sets.DATA_SETS = published(os.environ[ADDRESS])
    runpy.run_path(str(Path(__file__).parents[2] / "server.py"), run_name="__main__")
