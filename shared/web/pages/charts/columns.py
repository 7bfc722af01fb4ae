"""Columns over days, with the same days of another time behind them and one day that is marked, such as a deadline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup

from shared.web.pages.charts.drawing import Chart, across, box, drawing, rounded_up, upright, words
from shared.words.formats import format_date
from shared.words.numbers import format_number
from shared.words.sentences import _

MOST = 120
"""So many columns are drawn; more days are drawn several in one."""
_TOP, _FLOOR, _HEIGHT = 32, 182, 206
_FEW = 3
"""So many columns or fewer have the number written above."""


def column_chart(
    days: Sequence[tuple[date, int]],
    *,
    title: object,
    value: object,
    before: Sequence[int] = (),
    before_label: object = "",
    mark: date | None = None,
    mark_label: object = "",
    summary: str = "",
) -> Chart:
    """Draw a count for each of the days, which follow one another; `value` heads the table's column.

    `before` are as many counts of other days to compare with, paler and behind; `mark` is a day that is pointed out.
    """
    top = max([count for _day, count in days] + list(before), default=0)
    if not top:
        return Chart(Markup(), title, _("Nothing yet."))
    size = -(-len(days) // MOST)
    starts = [days[at][0] for at in range(0, len(days), size)]
    now, then = _together([count for _day, count in days], size), _together(before, size)
    end = rounded_up(max([*now, *then]))
    body = _axis(end)
    step = 100 / len(starts)
    for place, day in enumerate(starts):
        said = f"{format_date(day, 'medium')}: {format_number(now[place])}"
        if then and then[place]:
            told = f"{said} · {before_label}: {format_number(then[place])}"
            body.append(_column(place, step, then[place] / end, kind="second", told=told))
        if now[place]:
            body.append(_column(place, step, now[place] / end, kind="bar", told=said))
            if len(starts) <= _FEW:
                at = _FLOOR - (_FLOOR - _TOP) * now[place] / end - 5
                body.append(words((place + 0.5) * step, at, format_number(now[place]), anchor="middle"))
    if mark is not None and starts[0] <= mark <= days[-1][0]:
        body += _marked(max(at for at, day in enumerate(starts) if day <= mark), step, mark_label)
    body.append(words(0, _HEIGHT - 6, format_date(days[0][0], "medium"), kind="soft"))
    if len(days) > 1:
        body.append(words(100, _HEIGHT - 6, format_date(days[-1][0], "medium"), anchor="end", kind="soft"))
    headings = (_("Day"), value, before_label) if before else (_("Day"), value)
    rows = [
        (format_date(day, "medium"), *map(format_number, (count, *before[at : at + 1])))
        for at, (day, count) in enumerate(days)
    ]
    return Chart(drawing(body, title=title, height=_HEIGHT), title, summary or _busiest(days), headings, rows)


def _together(counts: Sequence[int], size: int) -> list[int]:
    return [sum(counts[at : at + size]) for at in range(0, len(counts), size)]


def _column(place: int, step: float, share: float, *, kind: str, told: str) -> Markup:
    wide = min(step, 12) * (0.6 if kind == "bar" else 0.9)
    high = max(1.0, (_FLOOR - _TOP) * share)
    return box(place * step + (step - wide) / 2, wide, _FLOOR - high, height=high, kind=kind, told=told)


def _axis(end: int) -> list[Markup]:
    lines = [across(_FLOOR), across(_TOP)]
    written = [words(0, _TOP - 4, format_number(end), kind="soft")]
    if end % 2 == 0:
        half = (_FLOOR + _TOP) / 2
        lines.append(across(half))
        written.append(words(0, half - 4, format_number(end // 2), kind="soft"))
    return lines + written


def _marked(place: int, step: float, said: object) -> list[Markup]:
    at = (place + 1) * step
    right = at > 50  # noqa: PLR2004 - the words stand on the side that has room
    return [
        upright(at, 0, _FLOOR, "mark"),
        words(at, 12, said, anchor="end" if right else "start", dx=-6 if right else 6),
    ]


def _busiest(days: Sequence[tuple[date, int]]) -> str:
    total = sum(count for _day, count in days)
    day, count = max(days, key=lambda one: one[1])
    return _(
        "%(total)s in all; most on %(day)s: %(count)s.",
        total=format_number(total),
        day=format_date(day, "medium"),
        count=format_number(count),
    )
