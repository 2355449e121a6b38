"""The configuration file says what figures/theme.py and the security notes say."""

from __future__ import annotations

import tomllib
from contextlib import suppress
from pathlib import Path

import catalogue
from figures.theme import DARK, LIGHT, streamlit_theme
from server import Guard, inline_scripts
from ui.visitor import COOKIE

ROOT = Path(__file__).parents[2]
CONFIGURATION = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


def test_colours_are_those_of_the_theme() -> None:
    for name, palette in (("light", LIGHT), ("dark", DARK)):
        for setting, colour in streamlit_theme(palette).items():
            assert CONFIGURATION["theme"][name][setting] == colour, (name, setting)


def test_nothing_leaves_and_nobody_listens_by_default() -> None:
    assert CONFIGURATION["browser"]["gatherUsageStats"] is False
    assert CONFIGURATION["server"]["address"] == "127.0.0.1"
    assert all("streamlit" not in origin for origin in CONFIGURATION["client"]["allowedOrigins"])
    assert CONFIGURATION["runner"]["postScriptGC"] is False


def test_a_browser_keeps_what_the_server_may_name() -> None:
    assert CONFIGURATION["global"]["maxCachedMessageAge"] >= 100


def test_every_page_that_is_written_is_in_the_catalogue() -> None:
    assert {path.name for path in (ROOT / "pages").glob("*.py")} == {page.script.name for page in catalogue.PAGES if page.ready}
    assert [lesson.number for lesson in catalogue.LESSONS] == list(range(1, 16))
    assert len({page.slug for page in catalogue.PAGES}) == len(catalogue.PAGES)


def headers_of_a_page(cookie: str = "", scheme: str = "http") -> dict[str, str]:
    """The headers of an HTML answer that has passed the guard."""
    sent: list[dict[str, object]] = []

    async def page(scope: object, receive: object, send: object) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})  # type: ignore[operator]

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope = {"type": "http", "scheme": scheme, "headers": [(b"cookie", cookie.encode())]}
    with suppress(StopIteration):  # nothing in it waits, so one step is all of it; the tests' own loop stays untouched
        Guard(page)(scope, None, send).send(None)  # type: ignore[arg-type]
    return {name.decode(): value.decode() for name, value in sent[0]["headers"]}  # type: ignore[attr-defined]


def test_headers() -> None:
    headers = headers_of_a_page()
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy and "unsafe-eval" not in policy and "blob:" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_the_visitors_key() -> None:
    cookie = headers_of_a_page()["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Secure" not in cookie
    key = cookie.split(";")[0]
    assert len(key) > len(COOKIE) + 32
    assert headers_of_a_page()["set-cookie"] != cookie, "random"
    assert "set-cookie" not in headers_of_a_page(cookie=f"other=1; {key}"), "it stays"
    assert "Secure" in headers_of_a_page(scheme="https")["set-cookie"]


def test_streamlits_own_inline_scripts_are_known() -> None:
    assert inline_scripts(), "Streamlit's page has changed: is the policy still right?"
