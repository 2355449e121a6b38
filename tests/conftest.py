"""Settings and fixtures of all tests: one thread of arithmetic, a data folder of their own, seeded laws."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

# Before torch is imported anywhere: two test processes share two cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MKL_NUM_THREADS", "1")
os.environ.setdefault("ATTENTION_LAB_STANDBY", "0")  # pages under test warm no worker
os.environ["ATTENTION_LAB_DATA"] = tempfile.mkdtemp(prefix="attention-lab-tests-")

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent

settings.register_profile("lab", deadline=None, derandomize=bool(os.environ.get("CI")), print_blob=True)
settings.load_profile("lab")


def pytest_unconfigure() -> None:
    shutil.rmtree(os.environ["ATTENTION_LAB_DATA"], ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def threads() -> None:
    """Where a test module has imported torch, it computes on one thread, so that sums are the same every time."""
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def no_page_of_its_own_accord(monkeypatch: pytest.MonkeyPatch) -> None:
    """AppTest looks for a folder `pages` anew at every run, and would then run a page without its frame; the server does not."""
    module = sys.modules.get("streamlit.runtime.pages_manager")
    if module is None:
        return
    begin = module.PagesManager.__init__

    def begin_without_discovery(manager: object, *arguments: object, **options: object) -> None:
        begin(manager, *arguments, **options)
        module.PagesManager.uses_pages_directory = False

    monkeypatch.setattr(module.PagesManager, "__init__", begin_without_discovery)


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the project."""
    return ROOT


@pytest.fixture
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder for one test, named by ATTENTION_LAB_DATA."""
    monkeypatch.setenv("ATTENTION_LAB_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="session")
def multi30k() -> Path:
    """The folder of the Multi30k files; skips where ATTENTION_LAB_MULTI30K names none."""
    folder = Path(os.environ.get("ATTENTION_LAB_MULTI30K", ""))
    if not (folder / "train.en.gz").is_file():
        pytest.skip("ATTENTION_LAB_MULTI30K names no folder with train.en.gz")
    return folder
