"""Words are translated per visitor, whole sentences at a time; the catalogue's texts are marked, not translated."""

from __future__ import annotations

import ast
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

import catalogue
from model.errors import LabError
from ui import extract, wording, words
from ui.prose import Said, escaped, number, percent, segments

ROOT = Path(__file__).parents[2]
DRAWN = sorted([*ROOT.glob("ui/**/*.py"), *ROOT.glob("pages/*.py"), ROOT / "app.py"])


def calls(tree: ast.AST, name: str) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", None) == name]


@pytest.mark.parametrize("path", DRAWN, ids=lambda path: path.stem)
def test_translated_texts_are_whole_and_constant(path: Path) -> None:
    """A literal, one of two, or a text that was marked elsewhere and comes by a name: never one put together here."""
    for call in calls(ast.parse(path.read_text(encoding="utf-8")), "_"):
        for text in (call.args[0].body, call.args[0].orelse) if isinstance(call.args[0], ast.IfExp) else (call.args[0],):
            assert isinstance(text, (ast.Constant, ast.Name, ast.Attribute)), f"{path.name}:{call.lineno} builds a text inside _()"


@pytest.mark.parametrize("path", [path for path in DRAWN if path.parent.name != "pages"], ids=lambda path: path.stem)
def test_nothing_is_translated_at_import(path: Path) -> None:
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        if not isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            assert not calls(statement, "_"), f"{path.name}:{statement.lineno}"


def test_the_catalogue_marks_every_text() -> None:
    source = (ROOT / "catalogue.py").read_text(encoding="utf-8")
    marked = {call.args[0].value for call in calls(ast.parse(source), "N_") if isinstance(call.args[0], ast.Constant)}
    for page in catalogue.PAGES:
        assert {page.title, page.question} <= marked
    assert set(catalogue.PARTS) <= marked


def test_a_language_belongs_to_its_visitor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "languages", lambda: ("en", "fr"))
    seen: dict[str, str] = {}

    def visitor(wanted: str) -> None:
        words.choose_language(wanted)
        barrier.wait()
        seen[wanted] = words.language()

    barrier = threading.Barrier(2)
    threads = [threading.Thread(target=visitor, args=(wanted,)) for wanted in ("fr-CA", "de-DE")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {"fr-CA": "fr", "de-DE": "en"}


def test_a_fragment_in_a_new_thread_asks_the_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "languages", lambda: ("en", "fr"))
    monkeypatch.setattr(words, "_wish", lambda: "fr-FR")
    seen: list[str] = []
    thread = threading.Thread(target=lambda: seen.append(words.language()))
    thread.start()
    thread.join()
    assert seen == ["fr"]


SOURCE = """
_("one") ; N_("two {n}") ; many("a \\"word\\"", "{n} words", 2)
_("left" if x else "right"); _(lesson.title); LabError("code", "What is {field}?", "f"); other("no")
"""


def test_every_text_is_found_for_the_translators() -> None:
    found = set(extract.messages_in(SOURCE))
    assert found == {("one",), ("two {n}",), ('a "word"', "{n} words"), ("left",), ("right",), ("What is {field}?",)}


def test_the_catalogue_of_texts_can_be_compiled(tmp_path: Path) -> None:
    written = extract.catalogue()
    assert 'msgid "Check yourself"' in written and written.count("\nmsgid ") > 300
    if (compiler := shutil.which("msgfmt")) is None:
        pytest.skip("no msgfmt here")
    (tmp_path / "all.pot").write_text(written, encoding="utf-8")
    subprocess.run([compiler, "--check-format", "-o", str(tmp_path / "all.mo"), str(tmp_path / "all.pot")], check=True, timeout=60)


def test_errors_are_filled_in_after_translation() -> None:
    assert wording.sentence_of(LabError("x", "{field} is {value}.", "f", field="d_model", value="{field}")) == "d_model is {field}."


def test_prose_keeps_words_and_roles_apart() -> None:
    assert segments("{word} has {count} {unknown}.", word=Said("<b>{count}</b>", "target"), count=2) == [
        ("<b>{count}</b>", "target"),
        (" has ", None),
        ("2", ""),
        (" ", None),
        ("{unknown}", None),
        (".", None),
    ]
    assert percent(0.714).text == "71\u202f%"
    assert number(-0.12345).text == "\u22120.123"
    assert escaped("*a* $b$ [c](d)") == r"\*a\* \$b\$ \[c\]\(d\)"
