"""The Train page without a browser: it opens, says what cannot be, and offers a run to whom it belongs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from figures.theme import LIGHT
from figures.training import HEIGHT, LINE, POINTS, curve_rows, loss_curves, named_rows, share_curves, thinned
from lab import close_laboratory
from ui import train_settings, wording

ROOT = Path(__file__).parents[2]


@pytest.fixture
def page(data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    """The page as a first visit shows it, on an empty data folder and without a worker."""
    monkeypatch.setenv("ATTENTION_LAB_STANDBY", "0")
    close_laboratory()
    yield AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run().switch_page("pages/train.py").run()
    close_laboratory()


@pytest.fixture
def notices(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every sentence that is set apart on a page."""
    said: list[str] = []
    monkeypatch.setattr(wording, "notice", lambda text, key: said.append(text))
    return said


def test_the_page_opens_with_something_to_start(page: AppTest) -> None:
    assert not page.exception, [error.value for error in page.exception]
    assert not page.button(key="train_start").disabled
    assert any("on this computer" in caption.value for caption in page.caption)


@pytest.mark.parametrize("corpus", ["simple", "grammar", "reversing", "sorting", "dates", "stories"])
def test_every_corpus_can_be_chosen(page: AppTest, corpus: str) -> None:
    page.session_state["train_corpus"] = corpus
    page.run()
    assert not page.exception
    assert not page.button(key="train_start").disabled


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("train_heads", 3, "A width of 64 cannot be split evenly among 3 heads: choose a width that is a multiple of 3."),
        ("train_d_model", 63, "A width of 63"),
        ("train_simple_batch", 513, "“Texts in a batch” is 513; this app goes up to 512."),  # by the name it has on the page
        ("train_simple_steps", 1, "A warm-up"),
        ("train_simple_steps", 0, "“Steps” is 0; it must be at least 1."),  # a widget with limits would drop what is typed, without a word
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(notices: list[str], page: AppTest, key: str, value: int | None, sentence: str) -> None:
    page.session_state[key] = value
    page.run()
    assert not page.exception, [error.value for error in page.exception]
    if value == 1:  # the shortest run there is needs no warm-up
        assert not page.button(key="train_start").disabled
        return
    assert page.button(key="train_start").disabled
    assert any(sentence in said for said in notices)


@pytest.mark.parametrize(("key", "value"), [("train_mode", "bring"), ("train_corpus", "own")])
def test_a_file_of_any_name_is_looked_at(page: AppTest, key: str, value: str) -> None:
    """Where a field takes some endings alone, the browser marks others red and does not say why."""
    page.session_state[key] = value
    page.run()
    fields = page.get("file_uploader")
    assert fields and not any(field.proto.type for field in fields)


@pytest.mark.parametrize("run", ["", "0" * 20, "../../etc/passwd", "x" * 5000])
def test_a_link_to_no_run_opens_the_page(notices: list[str], page: AppTest, run: str) -> None:
    page.session_state["train_run"] = run
    page.run()
    assert not page.exception
    assert bool(notices) == bool(run)
    assert not page.button(key="train_start").disabled


def test_long_curves_are_thinned_out_to_means_and_end_where_they_end() -> None:
    points = [(float(step), float(step % 2)) for step in range(1, 2401)]
    kept = thinned(points)
    assert len(kept) == POINTS and kept[-1][0] == 2400
    assert all(value == 0.5 for _, value in kept)


def test_a_curve_is_named_once_at_its_end() -> None:
    rows = curve_rows({"one": [(1.0, 2.0), (2.0, 1.0)], "none yet": []})
    assert rows["label"] == ["", "one"] and rows["step"] == [1.0, 2.0]


def test_a_specification_holds_no_data_so_that_it_never_changes() -> None:
    spec = share_curves(500, ("tokens", "sentences"), ("step", "share"), LIGHT)
    assert "datasets" not in spec and not any("data" in part for part in (spec, *spec["layer"]))
    assert spec == share_curves.__wrapped__(500, ("tokens", "sentences"), ("step", "share"), LIGHT)


def test_names_of_curves_that_end_close_together_stay_apart_and_inside() -> None:
    for step in (10.0, 98.0):
        table = named_rows({"training": [(1.0, 5.0), (step, 1.1)], "held out": [(step, 1.05)], "floor": [(100.0, 1.0), (0.0, 1.0)]}, 100)
        places = {label: place for label, place in zip(table["label"], table["place"], strict=True) if label}
        assert places["training"] - places["held out"] >= 0.99 * LINE * 5 / HEIGHT
        assert all(0 < place < 5 for place in places.values())
    assert set(table["side"]) == {"left", "right"}


def test_no_layer_of_a_chart_is_without_rows() -> None:
    spec = loss_curves(500, ("training", "held out", "floor"), ("step", "loss"), LIGHT)
    assert not any("transform" in layer for layer in spec["layer"])
    assert named_rows({"training": [], "held out": []}, 500)["label"] == [""], "an axis before the first step"


@pytest.mark.parametrize(("steps", "every"), [(10, 10), (100, 20), (420, 42), (20_000, 500)])
def test_a_run_is_tested_ten_times_but_nobody_waits_long_for_the_first(steps: int, every: int) -> None:
    spec = train_settings.spec_of({"corpus": "simple", "steps": steps, "d_model": 64}, "a run")
    assert spec.members[0].training.evaluate_every == every
