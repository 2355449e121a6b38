"""The house has few rooms and imports run one way, downwards; a few ways of working are closed for good."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("pages", "ui", "figures", "lab", "model")
FRAME = ("app", "server", "catalogue")

MAY_IMPORT = {
    "app": {"ui", "catalogue", "model"},
    "server": {"ui", "catalogue", "model", "lab", "app"},
    "catalogue": set(),
    "pages": {"ui", "figures", "lab", "model", "catalogue"},
    "ui": {"ui", "figures", "lab", "model", "catalogue"},
    "figures": {"figures"},
    "lab": {"lab", "model"},
    "model": {"model"},
}
KNOW_STREAMLIT = {"app", "server", "pages", "ui"}
FIGURE_LIBRARIES = {"numpy", "altair", "plotly", "pandas"}

TORCH_FREE = (
    "model.errors",
    "model.limits",
    "model.config",
    "model.text",
    "model.tokenizers",
    "model.corpora",
    "model.reading",
    "figures",
    "catalogue",
    "lab.front",
)

LINES_OF_A_FILE = 300
LINES_OF_A_PAGE = 150
LINES_OF_A_FUNCTION = 50

HOOKS = re.compile(r"register_\w*hook")
EMOJI = re.compile("[\U0001f000-\U0001faff\ufe0f]|:[a-z]+(?:_[a-z]+)*:")


def files(room: str) -> list[Path]:
    if room in FRAME:
        return [path for path in [ROOT / f"{room}.py"] if path.exists()]
    return sorted((ROOT / room).rglob("*.py"))


OURS = [path for room in (*ROOMS, *FRAME) for path in files(room)]


def room_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(node: ast.AST) -> Iterator[tuple[str, int]]:
    """(full module name, line) of every import below a node."""
    for child in ast.walk(node):
        if isinstance(child, ast.Import):
            yield from ((alias.name, child.lineno) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, f"line {child.lineno}: imports name their room"
            yield child.module or "", child.lineno


def imports_at_start(module: ast.Module) -> Iterator[tuple[str, int]]:
    """The imports that run when the module is imported: those outside functions and outside `if TYPE_CHECKING`."""
    for statement in module.body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        if isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.unparse(statement.test):
            continue
        yield from imports(statement)


def places(found: list[tuple[Path, int, str]]) -> str:
    return "\n".join(f"{path.relative_to(ROOT)}:{line} {what}" for path, line, what in found)


def test_there_is_a_house() -> None:
    assert len(OURS) > 10


def test_imports_run_downwards() -> None:
    wrong = []
    for path in OURS:
        room = room_of(path)
        for name, line in imports(tree(path)):
            top = name.split(".")[0]
            if (top in ROOMS or top in FRAME) and top not in MAY_IMPORT[room]:
                wrong.append((path, line, f"{room} imports {name}"))
            if top in ("tests", "bench"):
                wrong.append((path, line, f"{room} imports {name}"))
            if top == "streamlit" and room not in KNOW_STREAMLIT:
                wrong.append((path, line, f"{room} knows Streamlit"))
    assert not wrong, places(wrong)


def test_figures_need_numpy_and_chart_libraries_alone() -> None:
    allowed = FIGURE_LIBRARIES | {"figures"} | set(sys.stdlib_module_names)
    wrong = [(path, line, name) for path in files("figures") for name, line in imports(tree(path)) if name.split(".")[0] not in allowed]
    assert not wrong, places(wrong)


def test_no_page_and_no_figure_touches_torch() -> None:
    wrong = [
        (path, line, name)
        for room in ("pages", "figures", "app", "catalogue")
        for path in files(room)
        for name, line in imports(tree(path))
        if name.split(".")[0] == "torch"
    ]
    assert not wrong, places(wrong)


def test_pages_are_thin() -> None:
    for path in files("pages"):
        classes = [node.name for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef)]
        assert not classes, f"{path.name}: a class of a page is a new class on every run: {classes}"
        assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES_OF_A_PAGE, f"{path.name} is no longer thin"


def test_files_and_functions_are_short() -> None:
    long = [(path, 1, f"{count} lines") for path in OURS if (count := len(path.read_text(encoding="utf-8").splitlines())) > LINES_OF_A_FILE]
    for path in OURS:
        for node in ast.walk(tree(path)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and (node.end_lineno or 0) - node.lineno >= LINES_OF_A_FUNCTION:
                long.append((path, node.lineno, f"{node.name}: {(node.end_lineno or 0) - node.lineno + 1} lines"))
    assert not long, places(long)


def forbidden(node: ast.AST) -> str | None:
    """What is closed for good: code from data, pickles, raw HTML, hooks, and torch's own Transformer in place of ours."""
    if isinstance(node, ast.Call):
        called = ast.unparse(node.func)
        if called in ("eval", "exec", "torch.load", "pickle.load", "pickle.loads", "builtins.eval", "builtins.exec"):
            return called
        if any(
            word.arg == "unsafe_allow_html" and not (isinstance(word.value, ast.Constant) and word.value.value is False)
            for word in node.keywords
        ):
            return "unsafe_allow_html"
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
        if any(name.split(".")[0] in ("pickle", "cPickle", "dill", "cloudpickle", "shelve") for name in names):
            return "a pickle"
    if isinstance(node, ast.Attribute) and HOOKS.fullmatch(node.attr):
        return f"a hook ({node.attr}): what a pass saw is its return value"
    if isinstance(node, (ast.Attribute, ast.alias)):
        name = node.attr if isinstance(node, ast.Attribute) else node.name
        if name == "MultiheadAttention" or re.fullmatch(r"Transformer(Encoder|Decoder)(Layer)?", name):
            return name
    if isinstance(node, ast.Attribute) and node.attr == "Transformer" and ast.unparse(node.value) in ("nn", "torch.nn"):
        return "nn.Transformer"
    return None


def test_closed_ways_of_working() -> None:
    wrong = [(path, getattr(node, "lineno", 0), what) for path in OURS for node in ast.walk(tree(path)) if (what := forbidden(node))]
    assert not wrong, places(wrong)


@pytest.mark.parametrize(
    "line",
    [
        "eval(text)",
        "torch.load(path)",
        "import pickle",
        "from torch.nn import MultiheadAttention",
        "nn.Transformer()",
        "st.markdown(text, unsafe_allow_html=True)",
        "layer.register_forward_hook(f)",
    ],
)
def test_the_closed_ways_are_recognized(line: str) -> None:
    assert any(forbidden(node) for node in ast.walk(ast.parse(line)))


def test_no_randomness_without_a_generator() -> None:
    """Every random choice comes from an explicit generator, none from a global one."""
    wrong = []
    for path in OURS:
        for node in ast.walk(tree(path)):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if re.fullmatch(
                r"(torch|np\.random|numpy\.random|random)\.(manual_seed|seed|shuffle|choice|choices|sample|random|randint)", called
            ):
                wrong.append((path, node.lineno, called))  # type: ignore[attr-defined]
    assert not wrong, places(wrong)


def test_no_emoji_as_decoration() -> None:
    wrong = []
    for path in [path for room in ("pages", "ui", "app", "catalogue") for path in files(room)]:
        icons = {
            id(word.value)
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Call)
            for word in node.keywords
            if word.arg == "page_icon"
        }
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in icons and EMOJI.search(node.value):
                wrong.append((path, node.lineno, repr(node.value[:60])))
            if isinstance(node, ast.Constant) and id(node) in icons and str(node.value).startswith(":material"):
                wrong.append((path, node.lineno, "a Material icon in the tab calls a font host"))
    assert not wrong, places(wrong)


BLOCK_TORCH = """
import importlib, pkgutil, sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name == "torch" or name.startswith("torch."):
            raise ImportError("torch is blocked here")
sys.meta_path.insert(0, Blocker())
"""


def without_torch(program: str) -> None:
    result = subprocess.run([sys.executable, "-c", BLOCK_TORCH + program], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr[-3000:]


@pytest.mark.parametrize("name", TORCH_FREE)
def test_imports_without_torch(name: str) -> None:
    without_torch(f"""
module = importlib.import_module({name!r})
for found in pkgutil.walk_packages(getattr(module, "__path__", []), {name!r} + "."):
    importlib.import_module(found.name)
""")


def test_every_room_a_page_imports_at_its_start_imports_without_torch() -> None:
    """The first view needs no torch: what app.py and the pages import before their first line runs stands without it."""
    names = {
        name
        for path in [*files("app"), *files("pages")]
        for name, _ in imports_at_start(tree(path))
        if name.split(".")[0] in (*ROOMS, "catalogue")
    }
    without_torch("\n".join(f"importlib.import_module({name!r})" for name in sorted(names)))


def test_the_first_view_is_drawn_without_torch() -> None:
    without_torch("""
from streamlit.testing.v1 import AppTest
app = AppTest.from_file("app.py", default_timeout=60).run()
assert not app.exception, [error.value for error in app.exception]
assert app.main.children
""")
