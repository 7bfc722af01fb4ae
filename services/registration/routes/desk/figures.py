from __future__ import annotations

from flask import Blueprint, render_template

from services.registration.queries.editions import edition_at
from services.registration.queries.figures import (
    balance_of,
    edition_before,
    funnel_of,
    offers_ending,
    submitted_by_day,
)
from services.registration.queries.places import pool
from services.registration.views.editions import present
from services.registration.views.figures import (
    balance_charts,
    days_chart,
    funnel_chart,
    offers_chart,
    places_chart,
)
from shared.clock import now
from shared.web.door.tools import tools
from shared.web.pages.navigation import FIGURES
from shared.words.languages import current_locale
from shared.words.sentences import _

blueprint = Blueprint("desk_figures", __name__)


@blueprint.get(FIGURES.rule)
@FIGURES.opens
def show_figures(edition_slug: str) -> str:
    """Show an edition in pictures: places, applications by day, how far people got, who they are."""
    moment = now()
    with tools().database.reading() as session:
        edition = edition_at(session, edition_slug)
        before = edition_before(session, edition=edition)
        counts = submitted_by_day(session, edition_id=edition.id, zone=edition.time_zone)
        earlier = submitted_by_day(session, edition_id=before.id, zone=before.time_zone) if before else {}
        charts = [
            places_chart(pool(session, edition.id)),
            funnel_chart(funnel_of(session, edition_id=edition.id)),
            offers_chart(offers_ending(session, edition_id=edition.id, zone=edition.time_zone, now=moment)),
        ]
        balance = balance_of(session, edition_id=edition.id)
    view = present(edition, language=current_locale(), now=moment)
    return render_template(
        "registration/desk/figures.html",
        edition=view,
        before=present(before, language=current_locale(), now=moment) if before else None,
        days=days_chart(counts, edition, before=before, earlier=earlier, now=moment),
        charts=charts,
        balance=balance_charts(balance, title=_("Places and offers by country")),
    )
