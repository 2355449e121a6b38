"""Every text a visitor may read, for the translators: `python -m ui.extract` writes `assets/locale/attention_lab.pot`.

Found by reading the source: `_("...")`, `N_("...")`, `many("...", "...", n)`, the templates of `LabError("code", "...")`, and what
is said of a data set, `DataSet("name", "...", "...", "...")`.
A language is `assets/locale/<language>/LC_MESSAGES/attention_lab.mo`, compiled from that catalogue filled in (`msgfmt`).
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from ui.words import DOMAIN, LOCALE

ROOT = Path(__file__).parents[1]
ROOMS = ("pages", "ui", "lab", "model")
FRAME = ("app.py", "catalogue.py", "server.py")
PLACES = {"_": (0,), "N_": (0,), "many": (0, 1), "LabError": (1,), "DataSet": (1, 2, 3)}  # which arguments hold a text

Message = tuple[str, ...]  # one text, or singular and plural

HEAD = r"""msgid ""
msgstr ""
"Project-Id-Version: Attention Lab\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"
"""


def sources() -> list[Path]:
    return sorted([*(path for room in ROOMS for path in (ROOT / room).rglob("*.py")), *(ROOT / name for name in FRAME)])


def messages_in(source: str) -> Iterator[Message]:
    """Every text in a file. Both branches of a choice count."""
    for node in ast.walk(ast.parse(source)):
        name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
        if name not in PLACES or not isinstance(node, ast.Call) or len(node.args) <= max(PLACES[name]):
            continue
        options = [list(_literals(node.args[place])) for place in PLACES[name]]
        if name == "many":
            if options[0] and options[1]:
                yield options[0][0], options[1][0]
        else:
            yield from ((text,) for texts in options for text in texts if text)


def _literals(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from (*_literals(node.body), *_literals(node.orelse))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def catalogue() -> str:
    """The catalogue as gettext writes it: every message once, with the files it is used in (a line would change with every edit)."""
    used: dict[Message, dict[str, None]] = defaultdict(dict)
    for path in sources():
        for message in messages_in(path.read_text(encoding="utf-8")):
            used[message][str(path.relative_to(ROOT))] = None
    return "\n".join([HEAD, *(_entry(message, list(places)) for message, places in used.items())])


def _entry(message: Message, places: list[str]) -> str:
    lines = [f"#: {' '.join(places)}"]
    if any("{" in text for text in message):
        lines.append("#, python-brace-format")
    lines.append(f"msgid {_quoted(message[0])}")
    if len(message) == 1:
        lines.append('msgstr ""')
    else:
        lines += [f"msgid_plural {_quoted(message[1])}", 'msgstr[0] ""', 'msgstr[1] ""']
    return "\n".join([*lines, ""])


def _quoted(text: str) -> str:
    for plain, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t")):
        text = text.replace(plain, escaped)
    return f'"{text}"'


if __name__ == "__main__":
    LOCALE.mkdir(parents=True, exist_ok=True)
    path = LOCALE / f"{DOMAIN}.pot"
    path.write_text(catalogue(), encoding="utf-8")
    print(f"{path.relative_to(ROOT)}  {path.read_text(encoding='utf-8').count(chr(10) + 'msgid ')} texts")
