"""Facts about the repository as a whole: its size, its addresses, its requirements and the promises of its README."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ASSETS_BYTES = 40 * 2**20
OURS = {"app", "server", "catalogue", "pages", "ui", "figures", "lab", "model", "bench", "tests"}
COMMANDS = {"ruff", "mypy", "pytest-xdist", "types-defusedxml"}
BENEATH_STREAMLIT = {"pandas", "plotly", "uvicorn"}  # imported by Streamlit on our behalf, and as exact as what we import

# An address may be read by a person (documents, references, further reading), never asked by a program.
MAY_NAME_HOSTS = ("README.md", "LICENSE", "docs/", "catalogue.py", "pages/", "ui/further.py", "lab/data_sets.py", "tests/")
LOCAL_ADDRESS = re.compile(
    r"https?://(127\.0\.0\.1|localhost|0\.0\.0\.0|\$|\{|testserver|www\.w3\.org/(2000/svg|1998/Math|1999/xlink|XML/1998/namespace))"
)
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:home|root|Users|opt|srv)/\w")  # somebody's own folders
TEXT = {".py", ".md", ".toml", ".txt", ".js", ".css", ".html", ".json", ".tsv", ".yaml", ".yml", ".po", ""}


def tracked() -> list[Path]:
    """The files of the project: those git knows or would take."""
    listing = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    if listing.returncode == 0:
        return [ROOT / name for name in listing.stdout.splitlines() if (ROOT / name).is_file()]
    return [path for path in ROOT.rglob("*") if path.is_file() and ".venv" not in path.parts]


def text_files() -> list[tuple[str, str]]:
    """(name, text) of every file a person wrote, this one apart: it spells out what the others may not say."""
    paths = [path for path in tracked() if path.suffix in TEXT and path.stat().st_size < 2**20 and path != Path(__file__)]
    return [(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in paths]


def requirements(name: str) -> dict[str, str]:
    lines = [line.split("#")[0].strip() for line in (ROOT / name).read_text().splitlines()]
    lines = [line for line in lines if line and not line.startswith("-r ")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][0-9A-Za-z.]*", line) for line in lines), f"{name} holds exact versions only"
    return dict(line.lower().split("==") for line in lines)


def test_assets_stay_small() -> None:
    sizes = {path: path.stat().st_size for path in (ROOT / "assets").rglob("*") if path.is_file()}
    assert sum(sizes.values()) <= ASSETS_BYTES, sorted(((size, path.name) for path, size in sizes.items()), reverse=True)[:5]


def test_no_program_names_a_foreign_host() -> None:
    wrong = [
        f"{name}:{number} {line.strip()[:100]}"
        for name, text in text_files()
        if not name.startswith(MAY_NAME_HOSTS)
        for number, line in enumerate(text.splitlines(), 1)
        if re.search(r"(?:https?|wss?):", line) and re.search(r"(?:https?|wss?)://", LOCAL_ADDRESS.sub("", line))
    ]
    assert not wrong, "\n".join(wrong)


def test_no_path_outside_the_project() -> None:
    wrong = [
        f"{name}:{number} {line.strip()[:100]}"
        for name, text in text_files()
        for number, line in enumerate(text.splitlines(), 1)
        if MACHINE_PATH.search(line)
    ]
    assert not wrong, "\n".join(wrong)


def imported_by(path: Path) -> set[str]:
    """The packages a file imports, by the first part of their names."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return {name.split(".")[0] for name in names}


INSTALLED = packages_distributions()


def distributions_of(package: str) -> set[str]:
    """The names under which a package is installed: `axe_playwright_python` is axe-playwright-python."""
    return {name.lower().replace("_", "-") for name in INSTALLED.get(package, [package])}


def test_every_import_is_required_in_an_exact_version() -> None:
    run, develop = requirements("requirements.txt"), requirements("requirements-dev.txt")
    for path in [path for path in tracked() if path.suffix == ".py"]:
        runs = path.relative_to(ROOT).parts[0].removesuffix(".py") in OURS - {"bench", "tests"}
        allowed = set(run) if runs else {*run, *develop}
        for package in imported_by(path) - OURS - set(sys.stdlib_module_names):
            assert distributions_of(package) & allowed, f"{path.relative_to(ROOT)} imports {package}, which no list of requirements names"


def test_every_requirement_is_used() -> None:
    """What nobody imports is not installed on a visitor's machine."""
    imported = {package for path in tracked() if path.suffix == ".py" for package in imported_by(path)}
    used = {name for package in imported for name in distributions_of(package)} | COMMANDS | BENEATH_STREAMLIT
    assert not {*requirements("requirements.txt"), *requirements("requirements-dev.txt")} - used


def test_the_readme_keeps_its_promises() -> None:
    readme, makefile = (ROOT / "README.md").read_text(), (ROOT / "Makefile").read_text()
    for command in ("run", "test"):
        assert f"make {command}" in readme and re.search(rf"^{command}:", makefile, re.MULTILINE)
    assert "python3-venv" in readme and "MIT" in readme
    for picture in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", readme):
        assert (ROOT / picture).is_file(), f"the README shows {picture}, which is not there"
    for link in re.findall(r"(?<!!)\[[^\]]+\]\((?!https?:|#)([^)#]+)", readme):
        assert (ROOT / link).exists(), f"the README links to {link}, which is not there"


def test_licence() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert text.startswith("MIT License") and "Attention Lab contributors" in text
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["license"] == "MIT"
