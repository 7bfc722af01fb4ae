from __future__ import annotations

from typing import Final

from flask import Blueprint, render_template, request

from services.registration.queries.bulks import latest_bulks
from services.registration.queries.decisions import proposals
from services.registration.queries.editions import edition_at
from services.registration.queries.figures import offers_ending
from services.registration.queries.places import pool
from services.registration.queries.release_plans import planned_release
from services.registration.queries.releases import waiting_batch
from services.registration.queries.releases_shown import releases_of
from services.registration.rules.decisions import OUTCOMES
from services.registration.views import wording
from services.registration.views.editions import present
from services.registration.views.figures import offers_chart, places_chart
from services.registration.views.questions import said
from shared.clock import now
from shared.web.door.tools import tools
from shared.web.pages.navigation import DECISIONS
from shared.web.pages.tables import read_table_query
from shared.words.languages import current_locale

blueprint = Blueprint("desk_decisions", __name__)
BULKS: Final = 5
"""So many of the newest acts on many at once are listed, with the way to undo them."""


@blueprint.get(DECISIONS.rule)
@DECISIONS.opens
def list_decisions(edition_slug: str) -> str:
    """Show what is proposed, what is being released and what was released before."""
    moment = now()
    query = read_table_query(request.args, columns=(), default_sort="")
    with tools().database.reading() as session:
        edition = edition_at(session, edition_slug)
        batch = waiting_batch(session, edition_id=edition.id)
        proposed = proposals(session, edition_id=edition.id, limit=query.limit, offset=query.offset, total=batch.total)
        bulks = latest_bulks(session, edition_id=edition.id, limit=BULKS)
        places = pool(session, edition.id)
        plan = planned_release(session, edition_id=edition.id, batch=batch, places=places).plan
        releases = releases_of(session, edition_id=edition.id)
        ending = offers_ending(session, edition_id=edition.id, zone=edition.time_zone, now=moment)
    return render_template(
        "registration/desk/decisions.html",
        edition=present(edition, language=current_locale(), now=moment),
        proposed=proposed,
        query=query,
        bulks=bulks,
        plan=plan,
        said=said,
        places=places,
        charts=[places_chart(places, proposed=batch.accepts), *([offers_chart(ending)] if ending else [])],
        earlier=[one for one in releases if one.finished],
        running=[one for one in releases if not one.finished],
        outcomes=OUTCOMES,
        wording=wording,
    )
