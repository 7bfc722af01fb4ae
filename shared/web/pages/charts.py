"""Charts drawn on the server: an SVG that reads at any width, a summary in words, and the numbers as a table.

Positions are percentages, so the drawing stretches while its text keeps its size. Nothing is told by colour alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from shared.web.pages.tiles import PLACES
from shared.words.formats import country_name, format_date, format_list
from shared.words.languages import text_direction
from shared.words.numbers import format_number
from shared.words.sentences import _, _n

_BAR, _ROW = 14, 44
_HEIGHT = 220


@dataclass(frozen=True)
class Chart:
    """A drawing with its title, its meaning in a sentence, and its numbers; shown by `ui.chart`."""

    svg: Markup
    title: object
    summary: str
    headings: Sequence[object]
    rows: Sequence[Sequence[object]]


def _draw(body: list[Markup], *, title: object, height: int | None, kind: str = "", box: str = "") -> Markup:
    size = Markup(' viewBox="{}"').format(box) if box else Markup(' height="{}"').format(height)
    return Markup('<svg role="img" width="100%"{}{} aria-label="{}">{}</svg>').format(
        size, Markup(' class="{}"').format(kind) if kind else "", title, Markup("").join(body)
    )


def _text(x: float, y: float, words: object, *, anchor: str = "start", kind: str = "", dx: int = 0) -> Markup:
    """Text at x percent and y pixels; in right-to-left pages both position and anchor are mirrored."""
    if text_direction() == "rtl":
        x, dx = 100 - x, -dx
        anchor = {"start": "end", "end": "start"}.get(anchor, anchor)
    return Markup('<text x="{:.2f}%" y="{}" dx="{}" text-anchor="{}" class="{}">{}</text>').format(
        x, round(y, 1), dx, anchor, kind, words
    )


def _bar(width: float, y: float, kind: str = "bar") -> Markup:
    x = 100 - width if text_direction() == "rtl" else 0
    return Markup('<rect x="{:.2f}%" y="{}" width="{:.2f}%" height="{}" rx="2" class="{}"/>').format(
        x, y, width, _BAR, kind
    )


def bar_chart(
    rows: Sequence[tuple[object, float]], *, title: object, label: object, value: object, summary: str = ""
) -> Chart:
    """Draw one bar per (label, count), in the order given; `label` and `value` head the table's columns."""
    largest = max((count for _label, count in rows), default=0) or 1
    body: list[Markup] = []
    for place, (words, count) in enumerate(rows):
        top = place * _ROW
        width = max(0.4, count / largest * 84) if count else 0
        body += [_text(0, top + 13, words), _bar(width, top + 20), _text(width, top + 32, format_number(count), dx=6)]
    found = summary or _say_largest(rows)
    told = [(words, format_number(count)) for words, count in rows]
    return Chart(_draw(body, title=title, height=len(rows) * _ROW), title, found, (label, value), told)


def _say_largest(rows: Sequence[tuple[object, float]]) -> str:
    total = sum(count for _label, count in rows)
    if not total:
        return _("Nothing yet.")
    name, count = max(rows, key=lambda row: row[1])
    return _(
        "%(name)s leads with %(count)s of %(total)s.",
        name=name,
        count=format_number(count),
        total=format_number(total),
    )


def line_chart(
    points: Sequence[tuple[date, float]],
    *,
    title: object,
    value: object,
    before: Sequence[float] = (),
    before_label: object = "",
    label: object = "",
    summary: str = "",
) -> Chart:
    """Draw a value over days; `before` is a second series to compare with (dashed), over as many days or fewer.

    `label` and `before_label` stand at the lines' ends.
    """
    values = [count for _day, count in points]
    top = _round_up(max([*values, *before, 0]))
    span = max(len(points) - 1, len(before) - 1, 1)
    lines = [_line(before, span, top, "path second")] if before else []
    lines.append(_line(values, span, top, "path"))
    flip = Markup(' transform="matrix(-1 0 0 1 100 0)"') if text_direction() == "rtl" else ""
    body = [_grid(top)]
    body.append(
        Markup(
            '<svg x="0" y="10" width="100%" height="{}" viewBox="0 0 100 100" preserveAspectRatio="none">'
            "<g{}>{}</g></svg>"
        ).format(_HEIGHT - 40, flip, Markup("").join(lines))
    )
    for series, words in ((before, before_label), (values, label)):
        if series and words:
            y = 10 + (_HEIGHT - 40) * (1 - series[-1] / top)
            x = (len(series) - 1) / span * 100
            body.append(_text(x, max(12, y - 8), words, anchor="end" if x > 20 else "start"))  # noqa: PLR2004 - a fifth of the width holds a label
    if points:
        body.append(_text(0, _HEIGHT - 6, format_date(points[0][0], "medium"), kind="soft"))
        body.append(_text(100, _HEIGHT - 6, format_date(points[-1][0], "medium"), anchor="end", kind="soft"))
    found = summary or _say_line(points)
    rows = [(format_date(day, "medium"), format_number(count)) for day, count in points]
    return Chart(_draw(body, title=title, height=_HEIGHT), title, found, (_("Day"), value), rows)


def _round_up(largest: float) -> float:
    step = 1
    while step * 10 < largest:
        step *= 10
    return next((step * times for times in (1, 2, 4, 5, 10) if step * times >= largest), step * 10)


def _grid(top: float) -> Markup:
    parts = []
    for share in (0.0, 0.5, 1.0):
        y = 10 + (_HEIGHT - 40) * (1 - share)
        parts.append(Markup('<line x1="0" x2="100%" y1="{0}" y2="{0}" class="grid"/>').format(y))
        if share and (top * share).is_integer():
            parts.append(_text(0, y - 4, format_number(top * share), kind="soft"))
    return Markup("").join(parts)


def _line(values: Sequence[float], span: int, top: float, kind: str) -> Markup:
    spots = [f"{place / span * 100:.2f},{100 - count / top * 100:.2f}" for place, count in enumerate(values)]
    path = Markup('<polyline points="{}" class="{}" vector-effect="non-scaling-stroke"/>').format(" ".join(spots), kind)
    if kind != "path" or not spots:
        return path
    end = f"{(len(values) - 1) / span * 100:.2f},100"
    return Markup('<polygon points="0,100 {} {}" class="area"/>').format(" ".join(spots), end) + path


def _say_line(points: Sequence[tuple[date, float]]) -> str:
    if not points:
        return _("Nothing yet.")
    (first_day, first), (last_day, last) = points[0], points[-1]
    return _(
        "From %(first)s on %(first_day)s to %(last)s on %(last_day)s.",
        first=format_number(first),
        last=format_number(last),
        first_day=format_date(first_day, "medium"),
        last_day=format_date(last_day, "medium"),
    )


def sparkline(values: Sequence[float], label: object = "") -> Markup:
    """Draw a line as small as a word; `label` says it to those who do not see it (without one it is decoration)."""
    top = max(values, default=0) or 1
    spots = [(place / max(len(values) - 1, 1) * 108 + 2, 26 - count / top * 24) for place, count in enumerate(values)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
    told = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    end = Markup('<circle cx="{:.1f}" cy="{:.1f}" r="2.5"/>').format(*spots[-1]) if spots else ""
    return Markup('<svg class="spark" viewBox="0 0 112 28" {}><polyline points="{}"/>{}</svg>').format(told, line, end)


def tile_map(counts: Mapping[str, int], *, title: object, value: object) -> Chart:
    """Draw the world as one tile per country, darker where `counts` (by ISO 3166 code) is larger."""
    known = {code.upper(): count for code, count in counts.items() if count}
    largest = max(known.values(), default=0)
    body = []
    for code, (column, row) in PLACES.items():
        count = known.get(code, 0)
        shade = 0 if not count else max(1, -(-4 * count // largest))
        body.append(
            Markup(
                '<g><title>{}: {}</title><rect x="{}" y="{}" width="24" height="24" class="tile t{}"/>'
                '<text x="{}" y="{}" text-anchor="middle">{}</text></g>'
            ).format(
                country_name(code),
                format_number(count),
                column * 25,
                row * 25,
                shade,
                column * 25 + 12,
                row * 25 + 16,
                code,
            )
        )
    ranked = sorted(known.items(), key=lambda pair: (-pair[1], pair[0]))
    width = 25 * (1 + max(column for column, _row in PLACES.values()))
    height = 25 * (1 + max(row for _column, row in PLACES.values()))
    rows = [(country_name(code), format_number(count)) for code, count in ranked]
    box = f"0 0 {width} {height}"
    drawing = _draw(body, title=title, height=None, kind="tiles", box=box)
    return Chart(drawing, title, _say_map(ranked), (_("Country"), value), rows)


def _say_map(ranked: Sequence[tuple[str, int]]) -> str:
    if not ranked:
        return _("Nothing yet.")
    first = [
        _("%(country)s (%(count)s)", country=country_name(code), count=format_number(count))
        for code, count in ranked[:3]
    ]
    return _n(
        "%(num)s country; most from %(first)s.",
        "%(num)s countries; most from %(first)s.",
        len(ranked),
        first=format_list(first),
    )
