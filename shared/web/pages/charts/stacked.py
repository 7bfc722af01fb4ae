"""One bar that is a whole, cut into its parts; each part is named below it with its number."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from shared.web.pages.charts.drawing import Chart, box, drawing, swatch, words
from shared.words.numbers import format_number
from shared.words.sentences import _, _n

MOST = 6
"""So many parts are told apart by eye; of more the smallest are drawn as one."""
_HIGH = 26
_LINE = 24


def stacked_bar(
    parts: Sequence[tuple[object, int]], *, title: object, label: object, value: object, summary: str = ""
) -> Chart:
    """Draw parts of a whole, in the order given: (label, count); the last one is what is free when it is named so.

    `label` and `value` head the table's columns. Of more than `MOST` parts the first ones are drawn and the others
    together.
    """
    total = sum(count for _label, count in parts)
    if not total:
        return Chart(Markup(), title, _("Nothing yet."))
    drawn = list(parts)
    if len(parts) > MOST:
        rest = parts[MOST - 1 :]
        others = _n("%(num)s other", "%(num)s others", len(rest))
        drawn = [*parts[: MOST - 1], (others, sum(count for _label, count in rest))]
    body, at = [], 0.0
    for place, (said, count) in enumerate(drawn):
        wide = count / total * 100
        if count:
            told = f"{said}: {format_number(count)}"
            body.append(box(at, wide, 1, height=_HIGH - 2, kind=_shade(place, len(drawn)), told=told))
        at += wide
        line = _HIGH + place * _LINE
        body += [swatch(line + 7, _shade(place, len(drawn))), words(0, line + 18, said, dx=20)]
        body.append(words(100, line + 18, format_number(count), anchor="end"))
    told = summary or _summed_up(drawn, total)
    table = [(said, format_number(count)) for said, count in parts]
    return Chart(drawing(body, title=title, height=_HIGH + len(drawn) * _LINE), title, told, (label, value), table)


def _shade(place: int, parts: int) -> str:
    return "part p0" if place == parts - 1 else f"part p{place + 1}"


def _summed_up(parts: Sequence[tuple[object, int]], total: int) -> str:
    largest, count = max(parts, key=lambda part: part[1])
    return _("%(name)s: %(part)s of %(whole)s.", name=largest, part=format_number(count), whole=format_number(total))
