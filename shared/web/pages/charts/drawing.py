"""What every chart is drawn with: an SVG that reads at any width, a summary in words, and the numbers as a table.

Along a line positions are percentages, so a drawing stretches while its text keeps its size. Right-to-left pages are
mirrored here and nowhere else. Nothing is told by colour alone, and a chart without anything to show says so in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from shared.words.languages import text_direction

THICK = 14
"""How thick a bar is, in pixels."""
ROW = 44
"""How much room a bar and its label take."""


@dataclass(frozen=True)
class Chart:
    """A drawing with its title, its meaning in a sentence, and its numbers; shown by `ui.chart`.

    ``svg`` and ``rows`` are empty where there is nothing to draw; the summary says so.
    """

    svg: Markup
    title: object
    summary: str
    headings: Sequence[object] = ()
    rows: Sequence[Sequence[object]] = ()


def drawing(body: Sequence[Markup], *, title: object, height: float = 0, kind: str = "", frame: str = "") -> Markup:
    """Put parts into one picture: as high as ``height`` pixels, or scaled as a whole by ``frame``, a viewBox."""
    size = Markup('viewBox="{}"').format(frame) if frame else Markup('height="{:g}"').format(height)
    return Markup('<svg role="img" width="100%" {} class="{}" aria-label="{}">{}</svg>').format(
        size, kind, title, Markup("").join(body)
    )


def words(x: float, y: float, said: object, *, anchor: str = "start", kind: str = "", dx: int = 0) -> Markup:
    """Write at x percent and y pixels; `dx` are pixels further along the line."""
    if text_direction() == "rtl":
        x, dx = 100 - x, -dx
        anchor = {"start": "end", "end": "start"}.get(anchor, anchor)
    return Markup('<text x="{:.2f}%" y="{:g}" dx="{}" text-anchor="{}" class="{}">{}</text>').format(
        x, round(y, 1), dx, anchor, kind, said
    )


def box(x: float, width: float, y: float, *, height: float = THICK, kind: str = "bar", told: object = "") -> Markup:
    """Draw a rectangle from x percent on, `width` percent wide; `told` is shown to whoever points at it."""
    if text_direction() == "rtl":
        x = 100 - x - width
    title = Markup("<title>{}</title>").format(told) if told else ""
    return Markup('<rect x="{:.2f}%" y="{:g}" width="{:.2f}%" height="{:g}" class="{}">{}</rect>').format(
        x, round(y, 1), width, round(height, 1), kind, title
    )


def swatch(y: float, kind: str) -> Markup:
    """Draw the sample that stands before a label and shows which part it names."""
    at, dx = ("100%", -12) if text_direction() == "rtl" else ("0", 0)
    return Markup('<rect x="{}" y="{:g}" width="12" height="12" transform="translate({})" class="{}"/>').format(
        at, y, dx, kind
    )


def upright(x: float, top: float, bottom: float, kind: str = "grid") -> Markup:
    """Draw a line from top to bottom at x percent."""
    at = 100 - x if text_direction() == "rtl" else x
    return Markup('<line x1="{0:.2f}%" x2="{0:.2f}%" y1="{1:g}" y2="{2:g}" class="{3}"/>').format(at, top, bottom, kind)


def across(y: float, kind: str = "grid") -> Markup:
    """Draw a line over the whole width at y pixels."""
    return Markup('<line x1="0" x2="100%" y1="{0:g}" y2="{0:g}" class="{1}"/>').format(y, kind)


def rounded_up(largest: float) -> int:
    """Return the end of an axis that holds `largest`: 1, 2, 4 or 5 with zeros behind it, at least 1."""
    step = 1
    while step * 10 < largest:
        step *= 10
    return next((step * times for times in (1, 2, 4, 5) if step * times >= largest), step * 10)
