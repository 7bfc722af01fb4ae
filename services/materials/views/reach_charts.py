"""Reach as pictures with words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.web.pages.charts import Chart, bar_chart
from shared.words.formats import country_name, language_name
from shared.words.numbers import format_number, format_percent
from shared.words.sentences import _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from services.materials.rules.reach import Reach, Share

SHOWN: Final = 12
"""Countries on the picture: the least reached, where help is needed."""


def charts_of(reach: Reach) -> list[Chart]:
    """Draw the share of people who hold it, by language and by country; nothing while nobody has a place."""
    if not reach.whole.people:
        return []
    return [
        _draw(reach.by_language, language_name, title=_("Reached, by language"), label=_("Language")),
        _draw(reach.by_country[:SHOWN], country_name, title=_("Reached, by country"), label=_("Country")),
    ]


def _draw(shares: Sequence[Share], name: Callable[[str], str], *, title: str, label: str) -> Chart:
    rows = [(_words(name(part.key), part), round(part.share * 100)) for part in shares]
    least = shares[0]
    summary = _(
        "Least reached: %(name)s, %(share)s of %(people)s.",
        name=name(least.key),
        share=format_percent(least.share),
        people=format_number(least.people),
    )
    return bar_chart(rows, title=title, label=label, value=_("Per cent who have it"), summary=summary)


def _words(name: str, part: Share) -> str:
    return _(
        "%(name)s: %(holding)s of %(people)s",
        name=name,
        holding=format_number(part.holding),
        people=format_number(part.people),
    )
