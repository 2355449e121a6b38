"""The colours keep what they promise: legible on their grounds, apart for every kind of eye."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from figures.theme import DARK, LIGHT, ROLES, Palette, css_variables

# Machado, Oliveira, Fernandes (2009), severity 1, in linear RGB.
EYES = {
    "normal": np.eye(3),
    "protan": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    "deutan": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    "tritan": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
}
TO_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])
WHITE = np.array([0.95047, 1.0, 1.08883])


def linear(colour: str) -> np.ndarray:
    encoded = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    x, y, z = TO_XYZ @ np.clip(rgb, 0, 1) / WHITE
    fx, fy, fz = (np.cbrt(t) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116 for t in (x, y, z))
    return np.array([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)])


def contrast(one: str, other: str) -> float:
    low, high = sorted(float(linear(colour) @ TO_XYZ[1]) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", [*ROLES, "text", "muted", "positive", "negative"])
def test_text_colours_are_legible(palette: Palette, name: str) -> None:
    for ground in (palette.background, palette.surface):
        assert contrast(getattr(palette, name), ground) >= 4.5


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("eye", EYES)
def test_roles_stay_apart(palette: Palette, eye: str) -> None:
    seen = {role: lab(EYES[eye] @ linear(getattr(palette, role))) for role in ROLES}
    for one, other in itertools.combinations(ROLES, 2):
        assert np.linalg.norm(seen[one] - seen[other]) > 21, (one, other)
    ends = [lab(EYES[eye] @ linear(colour)) for colour in (palette.positive, palette.negative)]
    assert np.linalg.norm(ends[0] - ends[1]) > 21


def test_style_sheet_names_every_colour() -> None:
    for name, value in LIGHT.as_dict().items():
        assert f"--lab-{name}: light-dark({value}, {DARK.as_dict()[name]});" in css_variables()
