"""Bars from the side where reading begins: one number for each name, or a number of another one behind it."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from shared.web.pages.charts.drawing import ROW, Chart, box, drawing, words
from shared.words.numbers import format_number
from shared.words.sentences import _, _n

MOST = 12
"""So many bars are drawn; of more names the others are told together and stand in the table."""
_WIDEST = 78
_LEAST = 0.4
"""Per cent of the width: what is not nothing is seen."""


def bar_chart(
    rows: Sequence[tuple[object, int]],
    *,
    title: object,
    label: object,
    value: object,
    summary: str = "",
    behind: Sequence[int] = (),
    behind_label: object = "",
) -> Chart:
    """Draw one bar per (label, count), in the order given; `label` and `value` head the table's columns.

    `behind` are as many numbers as there are rows, out of which the counts are: a pale bar behind each, "3 of 10".
    """
    if not any(count for _label, count in rows) and not any(behind):
        return Chart(Markup(), title, _("Nothing yet."))
    largest = max([count for _label, count in rows[:MOST]] + list(behind[:MOST])) or 1
    body: list[Markup] = []
    for place, (said, count) in enumerate(rows[:MOST]):
        of = behind[place] if behind else None
        body += _row(place * ROW, said, count, of, largest)
    height = min(len(rows), MOST) * ROW
    if len(rows) > MOST:
        left = rows[MOST:]
        together = format_number(sum(count for _label, count in left))
        told = _n(
            "and %(num)s other, together %(sum)s", "and %(num)s others, together %(sum)s", len(left), sum=together
        )
        body.append(words(0, height + 13, told, kind="soft"))
        height += 22
    headings = (label, value, behind_label) if behind else (label, value)
    table = [(said, *map(format_number, (count, *behind[at : at + 1]))) for at, (said, count) in enumerate(rows)]
    return Chart(drawing(body, title=title, height=height), title, summary or _largest(rows), headings, table)


def _row(top: float, said: object, count: int, of: int | None, largest: int) -> list[Markup]:
    long = max(_LEAST, count / largest * _WIDEST) if count else 0.0
    body, end, told = [words(0, top + 13, said)], long, format_number(count)
    if of is not None:
        end = max(long, of / largest * _WIDEST)
        told = _("%(part)s of %(whole)s", part=told, whole=format_number(of))
        body.append(box(0, of / largest * _WIDEST, top + 20, kind="second"))
    return [*body, box(0, long, top + 20), words(end, top + 32, told, dx=6)]


def _largest(rows: Sequence[tuple[object, int]]) -> str:
    total = sum(count for _label, count in rows)
    name, count = max(rows, key=lambda row: row[1])
    return _(
        "%(name)s leads with %(count)s of %(total)s.",
        name=name,
        count=format_number(count),
        total=format_number(total),
    )
