"""The one source of colour, type and space. Configuration, style sheets, components and charts are fed from here.

Colour is a role and never stands alone: query, key, value, source, target mean the same everywhere. The five were
chosen by search: at least 4.5 : 1 on the background and on the surface, and more than 21 apart in CIE Lab for normal,
protan, deutan and tritan eyes (tests/figures/test_theme.py computes both).
"""

from __future__ import annotations

from dataclasses import dataclass

ROLES = ("query", "key", "value", "source", "target")

FONT = "'Source Sans', 'Source Sans 3', system-ui, sans-serif"
TYPE_SCALE = {"small": 13, "body": 16, "large": 20, "title": 32}  # px
STEP = 8  # px; every distance on a page is a multiple of it
PAGE_WIDTH = 1100  # px
TEXT_WIDTH = "68ch"
CELL_MINIMUM, CELL_MAXIMUM = 8, 44  # px
LABELS_THIN_OUT_OVER = 24  # tokens
MOTION_MILLISECONDS = 320


@dataclass(frozen=True)
class Palette:
    """One set of colours, as #RRGGBB.

    `background` is the page, `surface` what stands on it (cards, inputs), `line` rules and borders, `muted` text of
    second rank, `floor` the grey of chance levels and floors. `query` is also the high end of the one sequential scale
    (weights, 0 to 1); `positive` and `negative` are the ends of the one diverging scale, through `background`.
    """

    background: str
    surface: str
    line: str
    text: str
    muted: str
    floor: str
    query: str
    key: str
    value: str
    source: str
    target: str
    positive: str
    negative: str

    def as_dict(self) -> dict[str, str]:
        return dict(vars(self))


LIGHT = Palette(
    background="#FFFFFF",
    surface="#F6F7F9",
    line="#DDE1E8",
    text="#1B2330",
    muted="#5A6474",
    floor="#9AA3B2",
    query="#09356D",
    key="#AA5810",
    value="#087B4E",
    source="#606A81",
    target="#592344",
    positive="#09356D",
    negative="#A3293D",
)

DARK = Palette(
    background="#12161D",
    surface="#1A202A",
    line="#303947",
    text="#E8ECF2",
    muted="#A4AEBD",
    floor="#6B7686",
    query="#B2D2FB",
    key="#EE7732",
    value="#37EDC2",
    source="#858C98",
    target="#E346DC",
    positive="#B2D2FB",
    negative="#FF7D8C",
)

PALETTES = {"light": LIGHT, "dark": DARK}


def css_variables() -> str:
    """Declarations `--lab-query: light-dark(...)` and so on, to stand inside a rule.

    `light-dark` follows the `color-scheme` of the element, which Streamlit sets with its theme.
    """
    dark = DARK.as_dict()
    colours = [f"--lab-{name}: light-dark({value}, {dark[name]});" for name, value in LIGHT.as_dict().items()]
    sizes = [f"--lab-size-{name}: {value / 16:g}rem;" for name, value in TYPE_SCALE.items()]
    return "\n".join([*colours, *sizes, f"--lab-step: {STEP}px;", f"--lab-page-width: {PAGE_WIDTH}px;", f"--lab-text-width: {TEXT_WIDTH};"])


def streamlit_theme(palette: Palette) -> dict[str, str]:
    """What `.streamlit/config.toml` says under `[theme.light]` and `[theme.dark]`; a test holds the file to it."""
    return {
        "primaryColor": palette.query,
        "backgroundColor": palette.background,
        "secondaryBackgroundColor": palette.surface,
        "textColor": palette.text,
        "borderColor": palette.line,
    }
