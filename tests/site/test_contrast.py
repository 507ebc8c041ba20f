"""Colours that are read together have the contrast that WCAG 2.2 asks for, in light and in dark."""

import math
import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[2] / "static" / "css" / "tokens.css"
TEXT, SHAPE = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11

Colour = tuple[float, float, float]

READ = [
    (ink, paper)
    for ink in ("ink", "ink-muted", "accent", "danger", "warn", "ok")
    for paper in ("canvas", "surface", "sunken")
    if (ink, paper) not in {("danger", "sunken"), ("warn", "sunken")}
] + [
    ("accent-ink", "accent"), ("accent-ink", "accent-strong"), ("danger-ink", "danger"), ("danger-ink", "danger-strong"),
    ("ok", "accent-soft"), ("ink", "accent-soft"), ("ink-muted", "accent-soft"), ("accent", "accent-soft"),
    ("warn", "warn-soft"), ("ink", "warn-soft"), ("danger", "danger-soft"), ("ink", "danger-soft"),
]  # fmt: skip
SEEN = [("line-strong", "surface"), ("line-strong", "canvas"), ("accent", "canvas"), ("accent", "surface")]


def schemes() -> dict[str, dict[str, Colour]]:
    """The colours of tokens.css by name, dark ones over light ones."""
    light, dark = TOKENS.read_text().split("@media (prefers-color-scheme: dark)")
    return {"light": colours(light), "dark": colours(light) | colours(dark)}


def colours(css: str) -> dict[str, Colour]:
    found = re.findall(r"--color-([a-z-]+): oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)", css)
    return {name: (float(light), float(chroma), float(hue)) for name, light, chroma, hue in found}


def linear_rgb(colour: Colour) -> Colour:
    """Red, green and blue of an oklch colour, clipped to what an sRGB screen shows."""
    light, chroma, hue = colour[0], colour[1], math.radians(colour[2])
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    red, green, blue = (min(1.0, max(0.0, part)) for part in (red, green, blue))
    return red, green, blue


def as_hexadecimal(colour: Colour) -> str:
    """An oklch colour as `#rrggbb`."""
    encoded = (
        12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055
        for part in linear_rgb(colour)
    )
    return "#" + "".join(f"{round(255 * part):02x}" for part in encoded)


def luminance(colour: Colour) -> float:
    """Relative luminance of an oklch colour."""
    red, green, blue = linear_rgb(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    """The ratio of WCAG 2.2, from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "paper"), READ)
def test_text_can_be_read(scheme: str, ink: str, paper: str) -> None:
    found = schemes()[scheme]
    assert contrast(found[ink], found[paper]) >= TEXT


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("line", "paper"), SEEN)
def test_borders_of_inputs_and_the_focus_ring_can_be_seen(scheme: str, line: str, paper: str) -> None:
    found = schemes()[scheme]
    assert contrast(found[line], found[paper]) >= SHAPE


@pytest.mark.parametrize("hue", [180, 230, 265, 305, 350, 35, 75, 135])
def test_the_letter_of_a_tile_can_be_read(hue: int) -> None:
    assert contrast((0.5, 0.09, hue), (0.99, 0.01, 85)) >= TEXT
