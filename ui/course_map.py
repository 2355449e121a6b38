"""The map of the course: its four parts, its fifteen questions; what is not there yet says so."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

import catalogue
from ui.words import _

_MAP = st.components.v2.component(
    "lab_map",
    html='<nav class="map"></nav>',
    css=(Path(__file__).parent / "course_map.css").read_text(encoding="utf-8"),
    js=(Path(__file__).parent / "course_map.js").read_text(encoding="utf-8"),
)


def draw() -> None:
    ready = sum(lesson.ready for lesson in catalogue.LESSONS)
    if ready < len(catalogue.LESSONS):
        st.caption(_("The lessons are being written one by one; the laboratory is open."))
    opened = _MAP(key="course_map", data=_data(), on_open_change=lambda: None).get("open")
    if opened in {lesson.slug for lesson in catalogue.LESSONS if lesson.ready}:
        st.switch_page(f"pages/{str(opened).replace('-', '_')}.py")


def _data() -> dict[str, object]:
    parts = [
        {
            "title": _(part),
            "lessons": [_station(lesson) for lesson in catalogue.LESSONS if lesson.part == part],
        }
        for part in catalogue.PARTS
    ]
    return {"parts": parts, "label": _("The lessons"), "toCome": _("to come")}


def _station(lesson: catalogue.Lesson) -> dict[str, object]:
    texts = {"title": _(lesson.title), "question": _(lesson.question)}
    return {"number": lesson.number, "slug": lesson.slug, "ready": lesson.ready, **texts}
