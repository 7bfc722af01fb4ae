"""An edition in pictures: places, applications by day, how far people got, how the chosen are made up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from services.registration.queries.figures import Balance, Funnel, Group
from services.registration.queries.places import Pool
from services.registration.views.scenarios import group_name
from shared.schema.registration import Edition
from shared.web.pages.charts.bars import bar_chart
from shared.web.pages.charts.columns import column_chart
from shared.web.pages.charts.drawing import Chart
from shared.web.pages.charts.funnel import funnel
from shared.web.pages.charts.stacked import stacked_bar
from shared.web.pages.charts.tiles import tile_map
from shared.words.languages import zone_of
from shared.words.numbers import format_number
from shared.words.sentences import _, _n


def places_chart(places: Pool, *, proposed: int = 0) -> Chart:
    """Draw the places as one bar: taken, offered, what is proposed, what is free; more than there are is said."""
    free = places.capacity - places.enrolled - places.offered - proposed
    parts = [(_("Taken"), places.enrolled), (_("Offered"), places.offered)]
    if proposed:
        parts.append((_("Proposed"), proposed))
    parts.append((_("Free"), max(0, free)))
    told = _n("%(num)s of %(all)s places is free.", "%(num)s of %(all)s places are free.", max(0, free),
              all=format_number(places.capacity))  # fmt: skip
    if free < 0:
        told = _n(
            "%(num)s more is promised than there are places.",
            "%(num)s more are promised than there are places.",
            -free,
        )
    return stacked_bar(parts, title=_("Places"), label=_("Place"), value=_("People"), summary=told)


def days_chart(
    counts: Mapping[date, int], edition: Edition, *, before: Edition | None, earlier: Mapping[date, int], now: datetime
) -> Chart:
    """Draw applications by day up to the deadline, with the last edition behind, deadline on deadline."""
    zone = zone_of(edition.time_zone)
    opens, closes = edition.opens_at.astimezone(zone).date(), edition.closes_at.astimezone(zone).date()
    first = min([opens, *counts])
    last = max([min(closes, now.astimezone(zone).date() + timedelta(30)), *counts])
    days = [first + timedelta(at) for at in range((last - first).days + 1)]
    then: list[int] = []
    if before is not None:
        shift = before.closes_at.astimezone(zone_of(before.time_zone)).date() - closes
        then = [earlier.get(day + shift, 0) for day in days]
    return column_chart(
        [(day, counts.get(day, 0)) for day in days],
        title=_("Applications by day"),
        value=_("Applications"),
        before=then,
        before_label=_("Last edition, as long before its deadline"),
        mark=closes,
        mark_label=_("Deadline"),
    )


def funnel_chart(found: Funnel) -> Chart:
    """Draw how far people got, from the application to the Reader."""
    steps = [
        (_("Submitted"), found.submitted),
        (_("Decided"), found.decided),
        (_("Offered a place"), found.offered),
        (_("Place taken"), found.taken),
    ]
    if found.fetched is not None:
        steps.append((_("Has the Reader"), found.fetched))
    return funnel(steps, title=_("How far they got"), label=_("Step"), value=_("People"))


def offers_chart(ending: Sequence[tuple[date, int]]) -> Chart:
    """Draw the open offers by the day they end."""
    return column_chart(ending, title=_("Open offers, by the day they end"), value=_("Offers"))


def regions_chart(balance: Balance) -> Chart:
    """Draw who holds a place or an offer, or is proposed for one, by region, against all who applied."""
    return _against(balance.regions, "region", title=_("By region"))


def balance_charts(balance: Balance, *, title: str) -> list[Chart]:
    """Draw who would hold a place: the world as tiles, then regions and languages against all who applied."""
    where = {one.key: one.would_hold for one in balance.countries}
    return [
        regions_chart(balance),
        _against(balance.languages, "language", title=_("By language")),
        tile_map(where, title=title, value=_("People")),
    ]


def _against(groups: Sequence[Group], trait: str, *, title: str) -> Chart:
    held, applied = sum(one.would_hold for one in groups), sum(one.applied for one in groups)
    return bar_chart(
        [(group_name(f"{trait}:{one.key}"), one.would_hold) for one in groups],
        title=title,
        label=title,
        value=_("With a place or an offer"),
        behind=[one.applied for one in groups],
        behind_label=_("Applied"),
        summary=_(
            "%(held)s with a place or an offer, of %(applied)s who applied.",
            held=format_number(held),
            applied=format_number(applied),
        ),
    )
