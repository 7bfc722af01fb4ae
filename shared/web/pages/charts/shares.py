"""Shares of groups on an axis that always goes from 0 to 100 %: one of ten is a tenth of the width, whoever is best."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from shared.web.pages.charts.drawing import ROW, Chart, box, drawing, upright, words
from shared.words.formats import format_list
from shared.words.numbers import format_number, format_percent
from shared.words.sentences import _, _n

MOST = 12
"""So many groups are drawn, the first given; the others stand in the table."""
_NAMED = 5
"""So many groups of which nobody has it are named."""
_FOOT = 18


class Part(NamedTuple):
    """Of ``whole`` people of a group, ``part``."""

    name: object
    part: int
    whole: int

    @property
    def share(self) -> float:
        """Between 0 and 1."""
        return self.part / self.whole if self.whole else 0.0


def share_chart(parts: Sequence[Part], *, title: object, label: object, value: object) -> Chart:
    """Draw the share of each group, in the order given; groups in which it is nobody are told in words.

    `label` and `value` head the table's columns.
    """
    some = [part for part in parts if part.part]
    none = [part for part in parts if part.whole and not part.part]
    rows = [
        (part.name, format_number(part.part), format_number(part.whole), format_percent(part.share)) for part in parts
    ]
    if not some:
        return Chart(Markup(), title, _("Nobody yet."), _headings(label, value), rows if none else ())
    drawn = some[:MOST]
    high = len(drawn) * ROW
    body = [upright(at, 16, high, "grid") for at in (0, 50, 100)]
    for place, part in enumerate(drawn):
        top = place * ROW
        said = _("%(part)s of %(whole)s", part=format_number(part.part), whole=format_number(part.whole))
        body += [
            words(0, top + 13, part.name),
            words(100, top + 13, said, anchor="end", kind="soft"),
            box(0, 100, top + 20, kind="track"),
            box(0, part.share * 100, top + 20, told=f"{part.name}: {format_percent(part.share)}"),
        ]
    for at, anchor in ((0, "start"), (50, "middle"), (100, "end")):
        body.append(words(at, high + 13, format_percent(at / 100), anchor=anchor, kind="soft"))
    told = _told(some, none, more=len(some) - len(drawn))
    return Chart(drawing(body, title=title, height=high + _FOOT), title, told, _headings(label, value), rows)


def _headings(label: object, value: object) -> tuple[object, ...]:
    return label, value, _("Of"), _("Share")


def _told(some: Sequence[Part], none: Sequence[Part], *, more: int) -> str:
    least = min(some, key=lambda part: part.share)
    told = [
        _(
            "Least: %(name)s, %(share)s of %(people)s.",
            name=least.name,
            share=format_percent(least.share),
            people=format_number(least.whole),
        )
    ]
    if none:
        names = [str(part.name) for part in none[:_NAMED]]
        if len(none) > _NAMED:
            names.append(_n("%(num)s more", "%(num)s more", len(none) - _NAMED))
        told.append(_("Nobody yet: %(names)s.", names=format_list(names)))
    if more > 0:
        told.append(_n("%(num)s more is in the table.", "%(num)s more are in the table.", more))
    return " ".join(told)
