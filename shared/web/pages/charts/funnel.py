"""Steps that fewer and fewer get to, each against the first."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from markupsafe import Markup

from shared.web.pages.charts.drawing import ROW, Chart, box, drawing, words
from shared.words.numbers import format_number, format_percent
from shared.words.sentences import _

MOST = 12
_WIDEST = 74


def funnel(steps: Sequence[tuple[object, int]], *, title: object, label: object, value: object) -> Chart:
    """Draw (label, count) of each step in order; beside the count stands how much of the first step that is.

    `label` and `value` head the table's columns.
    """
    first = steps[0][1] if steps else 0
    largest = max((count for _label, count in steps), default=0)
    if not largest:
        return Chart(Markup(), title, _("Nothing yet."))
    drawn = steps[:MOST]
    body: list[Markup] = []
    for place, (said, count) in enumerate(drawn):
        top, long = place * ROW, count / largest * _WIDEST
        told = format_number(count)
        if place and first:
            told = f"{told} · {format_percent(count / first)}"
        body += [
            words(0, top + 13, said),
            box(0, _WIDEST, top + 20, kind="track"),
            box(0, long, top + 20),
            words(_WIDEST, top + 32, told, dx=6),
        ]
    rows = [(said, format_number(count), format_percent(count / first) if first else "-") for said, count in steps]
    headings = (label, value, _("Of the first step"))
    return Chart(drawing(body, title=title, height=len(drawn) * ROW), title, _steepest(steps), headings, rows)


def _steepest(steps: Sequence[tuple[object, int]]) -> str:
    down = [(before[1] - after[1], before[0], after[0]) for before, after in pairwise(steps)]
    fall, before, after = max(down, key=lambda one: one[0], default=(0, "", ""))
    if fall <= 0:
        return _("Everybody got to the last step.")
    return _(
        "The largest step down is from “%(before)s” to “%(after)s”: %(number)s.",
        before=before,
        after=after,
        number=format_number(fall),
    )
