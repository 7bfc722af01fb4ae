"""A campaign as pictures: in which languages it went out, and what people did since."""

from __future__ import annotations

from collections.abc import Sequence

from services.notifications.queries.reconciliation import Share, Since
from shared.web.pages.charts.bars import bar_chart
from shared.web.pages.charts.drawing import Chart
from shared.web.pages.charts.shares import Part, share_chart
from shared.words.formats import language_name
from shared.words.sentences import _


def campaign_charts(languages: Sequence[Share], since: Since, *, fetches: bool) -> list[Chart]:
    """Draw both; ``fetches`` says whether the campaign is about one publication."""
    return [_languages(languages), _since(since, fetches=fetches)]


def _languages(languages: Sequence[Share]) -> Chart:
    return bar_chart(
        [(language_name(share.key), share.counts["sent"]) for share in languages],
        title=_("Languages"),
        label=_("Language"),
        value=_("Sent"),
        behind=[share.total for share in languages],
        behind_label=_("Audience"),
    )


def _since(since: Since, *, fetches: bool) -> Chart:
    fetched = _("Fetched the publication") if fetches else _("Fetched something from the materials")
    return share_chart(
        [
            Part(fetched, since.fetched, since.got),
            Part(_("Wrote back"), since.answered, since.got),
            Part(_("Opted out of the topic"), since.opted_out, since.got),
        ],
        title=_("What people did since"),
        label=_("What they did"),
        value=_("People"),
    )
