"""An edition's accent, made legible: lightness is moved until the contrast holds, hue and chroma stay (Oklab)."""

from __future__ import annotations

import re
from functools import cache

ACCENT = "#14595b"
PAPER, INK_PAPER = "#fbf9f4", "#1a1815"  # the page in light and in dark, as in static/css/tokens.css
DAY_CONTRAST = 5.2  # WCAG 2.2 asks 4.5; tinted surfaces take a little of it away
NIGHT_CONTRAST = 7.0  # thin light strokes on a dark ground look weaker than they measure

_Rgb = tuple[float, float, float]


def _read(colour: str) -> _Rgb:
    return tuple(int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))  # type: ignore[return-value]


def _write(rgb: _Rgb) -> str:
    return "#" + "".join(f"{round(min(1.0, max(0.0, part)) * 255):02x}" for part in rgb)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB, IEC 61966-2-1


def _gamma(part: float) -> float:
    part = max(0.0, part)
    return part * 12.92 if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055  # noqa: PLR2004 - as above


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    red, green, blue = (_linear(part) for part in _read(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio (WCAG 2.2), 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _oklab(rgb: _Rgb) -> _Rgb:
    red, green, blue = (_linear(part) for part in rgb)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _from_oklab(lab: _Rgb) -> _Rgb:
    light, a, b = lab
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _gamma(4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short),
        _gamma(-1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short),
        _gamma(-0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short),
    )


def _legible(colour: str, ground: str, wanted: float, *, darker: bool) -> str:
    """Move the lightness as little as needed until `colour` reads on `ground`."""
    light, a, b = _oklab(_read(colour))
    step = -0.01 if darker else 0.01
    found = colour
    while contrast(found, ground) < wanted and 0 < light + step < 1:
        light += step
        found = _write(_from_oklab((light, a, b)))
    return found


@cache
def accent_tokens(colour: str | None) -> dict[str, str]:
    """Return custom properties for an accent `#rrggbb` (ours when absent or malformed), each pair of contrast ≥ 4.5.

    `--accent-day` reads on light paper, `--accent-night` on dark; `--on-day` and `--on-night` read on them.
    """
    if not colour or not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        colour = ACCENT
    day = _legible(colour.lower(), PAPER, DAY_CONTRAST, darker=True)
    night = _legible(colour.lower(), INK_PAPER, NIGHT_CONTRAST, darker=False)
    return {
        "--accent-day": day,
        "--accent-night": night,
        "--on-day": "#ffffff" if contrast(day, "#ffffff") >= contrast(day, "#11100e") else "#11100e",
        "--on-night": "#11100e" if contrast(night, "#11100e") >= contrast(night, "#ffffff") else "#ffffff",
    }


def accent_style(colour: str | None) -> str:
    """Return the rule that gives a page its edition's accent, for a `<style>` with the page's nonce."""
    return ":root{" + ";".join(f"{name}:{value}" for name, value in accent_tokens(colour).items()) + "}"
