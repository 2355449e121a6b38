"""Where the browser of the tests comes from, and what is said where there is none."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from bench import browser


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with no command but those a test puts into this folder."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("ATTENTION_LAB_CHROMIUM", raising=False)
    monkeypatch.setattr(browser, "MAC_APPLICATIONS", ())
    return tmp_path


def put(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_the_first_known_command_is_found(commands: Path) -> None:
    chrome = put(commands, "google-chrome")
    assert browser.find() == str(chrome)
    chromium = put(commands, "chromium")
    assert browser.find() == str(chromium)


def test_a_named_browser_comes_first(commands: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(commands, "chromium")
    named = put(commands, "another")
    monkeypatch.setenv("ATTENTION_LAB_CHROMIUM", str(named))
    assert browser.find() == str(named)
    monkeypatch.setenv("ATTENTION_LAB_CHROMIUM", str(commands / "gone"))
    assert browser.find() is None


def test_without_one_the_sentence_is_said(commands: Path) -> None:
    assert browser.find() is None and browser.install() is None
    with pytest.raises(FileNotFoundError, match="apt install chromium"), browser.chromium():
        pass


def test_an_installation_asks_for_no_password(commands: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without root and without a sudo that needs no password, nothing is tried."""
    put(commands, "apt-get")
    monkeypatch.setattr(browser.os, "geteuid", lambda: 1000)
    calls: list[list[str]] = []

    def refuse(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        calls.append(command)
        return subprocess.CompletedProcess(command, 1, "", "a password is required")

    monkeypatch.setattr(browser.subprocess, "run", refuse)
    assert browser.install() is None and calls == []
    put(commands, "sudo")
    assert browser.install() is None and calls == [["sudo", "-n", "true"]]


def test_root_installs_debians(commands: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    put(commands, "apt-get")
    monkeypatch.setattr(browser.os, "geteuid", lambda: 0)

    def install(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        if "chromium" in command:
            put(commands, "chromium")
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(browser.subprocess, "run", install)
    assert browser.install() == str(commands / "chromium")
    assert "installing Debian's" in capsys.readouterr().err
