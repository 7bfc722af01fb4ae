"""Every component on one page, for those who build pages and for the tests that look at them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from flask import Blueprint, render_template, request

from shared.web.pages.charts.bars import bar_chart
from shared.web.pages.charts.columns import column_chart
from shared.web.pages.charts.drawing import Chart
from shared.web.pages.charts.funnel import funnel
from shared.web.pages.charts.shares import Part, share_chart
from shared.web.pages.charts.stacked import stacked_bar
from shared.web.pages.charts.tiles import tile_map
from shared.web.pages.forms import Form
from shared.web.pages.navigation import COMPONENTS
from shared.web.pages.tables import Column, Filter, read_table_query
from shared.words.formats import country_name
from shared.words.sentences import _, _l

blueprint = Blueprint("components", __name__)

_STATES = (("submitted", _l("Submitted")), ("review", _l("Under review")), ("accepted", _l("Accepted")))
_KINDS = {"submitted": "news", "review": "warn", "accepted": "good"}
_COLUMNS = (
    Column("name", _l("Name"), sortable=True, kind="main"),
    Column("country", _l("Country"), sortable=True),
    Column("state", _l("State")),
    Column("score", _l("Score"), sortable=True, kind="number"),
    Column("at", _l("Submitted"), sortable=True, kind="date"),
)
_FILTERS = (
    Filter("state", _l("State"), _STATES),
    Filter("country", _l("Country"), tuple((code, code) for code in ("SN", "BF", "CA", "BR", "EG"))),
)


@dataclass(frozen=True)
class _Row:
    id: int
    name: str
    country: str
    state: str
    score: float
    at: datetime

    @property
    def state_label(self) -> object:
        return dict(_STATES)[self.state]

    @property
    def state_kind(self) -> str:
        return _KINDS[self.state]


_NAMES = (
    ("Aminata Ouédraogo", "BF"),
    ("Jean-François Tremblay-Beauchamp de la Rivière", "CA"),
    ("Inês Conceição", "BR"),
    ("فاطمة الزهراء", "EG"),
    ("Moussa Diop", "SN"),
    ("Li Wei", "CN"),
    ("Ana María Quispe", "PE"),
)
_DAY = datetime(2011, 7, 4, 9, 30, tzinfo=UTC)
_ROWS = [
    _Row(place, name, country, ("submitted", "review", "accepted")[place % 3], 4.5 - place / 3, _DAY + timedelta(place))
    for place, (name, country) in enumerate(_NAMES)
]


@blueprint.get(COMPONENTS.rule)
@COMPONENTS.opens
def show_components() -> str:
    """Show all components with made-up content."""
    typed = Form(
        {"email": "aminata@", "language": "fr", "topics": ["finance"], "country": "BF", "places.b": "1"},
        {"email": _("Enter an address such as name@example.org"), "agree": _("Agree to go on")},
    )
    return render_template(
        "components_page.html",
        columns=_COLUMNS,
        rows=_ROWS,
        total=312,
        query=read_table_query(request.args, columns=_COLUMNS, default_sort="-at", filters=_FILTERS, per_page=25),
        form=typed,
        entries=_story(),
        charts=_charts(),
    )


def _charts() -> list[Chart]:
    """Return one chart of each kind, with what it may show at most told by its tests."""
    days = [(date(2011, 6, 1) + timedelta(place), place * place // 9 + place * 2) for place in range(30)]
    people, applications = _("People"), _("Applications")
    return [
        stacked_bar(
            [(_("Taken"), 34), (_("Offered"), 12), (_("Free"), 34)], title=_("Places"), label=_("Place"), value=people
        ),
        column_chart(
            days,
            title=_("Applications by day"),
            value=applications,
            before=[place * 2 + place * place // 30 for place in range(30)],
            before_label=_("Last edition"),
            mark=date(2011, 6, 28),
            mark_label=_("Deadline"),
        ),
        funnel(
            [(_("Submitted"), 180), (_("Decided"), 90), (_("Offered"), 60), (_("Taken"), 34)],
            title=_("How far they got"),
            label=_("Step"),
            value=people,
        ),
        bar_chart(
            [(country_name(code), count) for code, count in (("BF", 42), ("CA", 31), ("BR", 18), ("EG", 7))],
            title=_("Applications by country"),
            label=_("Country"),
            value=applications,
            behind=[60, 31, 40, 9],
            behind_label=_("All"),
        ),
        share_chart(
            [Part(country_name(code), part, of) for code, part, of in (("BF", 3, 12), ("CA", 9, 10), ("BR", 0, 4))],
            title=_("Reached, by country"),
            label=_("Country"),
            value=_("Have it"),
        ),
        tile_map(
            {"BF": 42, "CA": 31, "BR": 18, "EG": 7, "SN": 12, "FR": 25, "PE": 3, "JP": 2},
            title=_("Where people come from"),
            value=people,
        ),
        stacked_bar([], title=_("Nothing to draw"), label=_("Place"), value=people),
    ]


def _story() -> list[dict[str, object]]:
    return [
        {"at": _DAY + timedelta(days=9), "title": _("Offer accepted"), "kind": "good", "by": "Aminata Ouédraogo"},
        {"at": _DAY + timedelta(days=4), "title": _("Decision released"), "text": _("Accepted"), "kind": "news"},
        {"at": _DAY, "title": _("Application submitted"), "by": "Aminata Ouédraogo"},
    ]
