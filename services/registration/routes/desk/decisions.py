from __future__ import annotations

from flask import Blueprint, render_template

from services.registration.queries.decisions import proposals
from services.registration.queries.editions import edition_at
from services.registration.queries.places import pool
from services.registration.queries.releases_shown import releases_of
from services.registration.rules.decisions import OUTCOMES, plan_release
from services.registration.views import wording
from services.registration.views.editions import present
from shared.clock import now
from shared.web.door.tools import tools
from shared.web.pages.navigation import DECISIONS
from shared.words.languages import current_locale

blueprint = Blueprint("desk_decisions", __name__)


@blueprint.get(DECISIONS.rule)
@DECISIONS.opens
def list_decisions(edition_slug: str) -> str:
    """Show what is proposed, what is being released and what was released before."""
    moment = now()
    with tools().database.reading() as session:
        edition = edition_at(session, edition_slug)
        proposed = proposals(session, edition_id=edition.id)
        places = pool(session, edition.id)
        releases = releases_of(session, edition_id=edition.id)
    return render_template(
        "registration/desk/decisions.html",
        edition=present(edition, language=current_locale(), now=moment),
        proposed=proposed,
        plan=plan_release(((one.outcome, one.locale) for one in proposed), places_left=places.left),
        places=places,
        earlier=[one for one in releases if one.finished],
        running=[one for one in releases if not one.finished],
        outcomes=OUTCOMES,
        wording=wording,
    )
