from __future__ import annotations

from typing import Annotated, Final

from flask import Blueprint, render_template, request
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response

from services.registration.actions.releases import release_decisions
from services.registration.queries.bulks import latest_bulks
from services.registration.queries.decisions import proposals
from services.registration.queries.editions import edition_at
from services.registration.queries.places import pool
from services.registration.queries.releases import releases_of, waiting_batch
from services.registration.rules.decisions import OUTCOMES, plan_release
from services.registration.rules.offers import expires_at
from services.registration.views import wording
from services.registration.views.editions import present
from shared.clock import now
from shared.web.door.identity import my_deed
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import read_form
from shared.web.pages.navigation import DECISIONS
from shared.web.pages.refusing import refused_at
from shared.web.pages.tables import read_table_query
from shared.words.languages import current_locale
from shared.words.sentences import _, _n

blueprint = Blueprint("desk_decisions", __name__)
BULKS: Final = 5
"""So many of the newest acts on many at once are listed, with the way to undo them."""


class SeenBatch(BaseModel):
    """The form that releases: the batch as it was shown."""

    seen: Annotated[str, Field(max_length=200)] = ""


@blueprint.get(DECISIONS.rule)
@DECISIONS.opens
def list_decisions(edition_slug: str) -> str:
    """Show what is proposed and exactly what releasing it would do."""
    moment = now()
    query = read_table_query(request.args, columns=(), default_sort="")
    with tools().database.reading() as session:
        edition = edition_at(session, edition_slug)
        batch = waiting_batch(session, edition_id=edition.id)
        proposed = proposals(session, edition_id=edition.id, limit=query.limit, offset=query.offset, total=batch.total)
        bulks = latest_bulks(session, edition_id=edition.id, limit=BULKS)
        places = pool(session, edition.id)
        releases = releases_of(session, edition_id=edition.id)
    return render_template(
        "registration/desk/decisions.html",
        edition=present(edition, language=current_locale(), now=moment),
        proposed=proposed,
        query=query,
        bulks=bulks,
        plan=plan_release(batch.mails, places_left=places.left),
        places=places,
        seen=batch.digest,
        earlier=[one for one in releases if one.finished],
        running=[one for one in releases if not one.finished],
        expires=expires_at(now=moment, days=edition.offer_days),
        outcomes=OUTCOMES,
        wording=wording,
    )


@blueprint.post("/desk/e/<edition_slug>/decisions/release")
@staff("organiser", "approver")
@refused_at("/desk/e/{edition_slug}/decisions")
def release(edition_slug: str) -> Response:
    """Release the batch that was shown."""
    seen = read_form(SeenBatch, request.form).seen
    with tools().database.transaction() as session:
        edition = edition_at(session, edition_slug)
        plan = release_decisions(session, edition_id=edition.id, seen=seen, deed=my_deed())
    if plan.in_parts:
        flash_message(_("The batch is frozen and is being released part by part."))
        return see_other(f"/desk/e/{edition_slug}/decisions")
    flash_message(
        _n(
            "%(num)s decision is released; the mail is on its way.",
            "%(num)s decisions are released; the mails are on their way.",
            plan.total,
        )
    )
    return see_other(f"/desk/e/{edition_slug}/decisions")
