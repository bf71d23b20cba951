"""Text can be read on light and on dark backgrounds, with the palettes of common terminals."""

import re

import pytest
from farebox.report import styles

from tests.support.paths import ROOT

WHITE, BLACK = (255, 255, 255), (0, 0, 0)
# Red, green and blue of each colour: xterm, GNOME, Windows, macOS.
PALETTES = {
    "red": [(205, 0, 0), (192, 28, 40), (197, 15, 31), (194, 54, 33)],
    "green": [(0, 205, 0), (38, 162, 105), (19, 161, 14), (37, 188, 36)],
    "yellow": [(205, 205, 0), (162, 115, 76), (193, 156, 0), (173, 173, 39)],
    "magenta": [(205, 0, 205), (163, 71, 186), (136, 23, 152), (211, 56, 211)],
    "cyan": [(0, 205, 205), (42, 161, 179), (58, 150, 221), (51, 187, 200)],
}
LEAST = 2.5


def luminance(colour: tuple[int, int, int]) -> float:
    red, green, blue = (value / 3294.6 if value <= 10 else ((value / 255 + 0.055) / 1.055) ** 2.4 for value in colour)
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def least(name: str) -> float:
    return min(contrast(colour, ground) for colour in PALETTES[name] for ground in (WHITE, BLACK))


@pytest.mark.parametrize("style", [styles.BAD, styles.WARNING])
def test_a_colour_can_be_read_on_white_and_on_black(style: str) -> None:
    assert least(style) >= LEAST
    assert all(least(name) < LEAST for name in ("green", "yellow", "cyan"))


def test_output_has_no_other_colours() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {style}"
        for room in ("report", "cli")
        for path in (ROOT / "addons" / "farebox" / room).rglob("*.py")
        for style in re.findall(r'"(?:bold )?(green|yellow|cyan|blue|white|black|bright_\w+)"', path.read_text())
    }

    assert found == {"addons/farebox/report/styles.py: green"}
