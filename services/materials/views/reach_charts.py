"""Reach as pictures with words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.web.pages.charts.shares import Part, share_chart
from shared.words.formats import country_name, language_name
from shared.words.sentences import _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from services.materials.rules.reach import Reach, Share
    from shared.web.pages.charts.drawing import Chart


def charts_of(reach: Reach) -> list[Chart]:
    """Draw the share of people who hold it, by language and by country; nothing while nobody has a place."""
    if not reach.whole.people:
        return []
    return [
        _draw(reach.by_language, language_name, title=_("Reached, by language"), label=_("Language")),
        _draw(reach.by_country, country_name, title=_("Reached, by country"), label=_("Country")),
    ]


def _draw(shares: Sequence[Share], name: Callable[[str], str], *, title: str, label: str) -> Chart:
    parts = [Part(name(one.key), one.holding, one.people) for one in shares]
    return share_chart(parts, title=title, label=label, value=_("Have it"))
