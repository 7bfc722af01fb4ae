"""The reserve list on the desk: who waits, in which order, and one click that moves it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from flask import Blueprint, render_template, request
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response

from services.registration.actions.reserves import promote_reserve
from services.registration.queries.editions import edition_at
from services.registration.queries.places import pool
from services.registration.queries.reserves import left_beside_proposals, reserve_list, turns_now
from services.registration.rules.editions import wording
from services.registration.views.editions import present
from shared.clock import now
from shared.web.door.identity import my_deed
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import SEVERAL_LINES, read_form
from shared.web.pages.refusing import refused_at
from shared.words.formats import format_list
from shared.words.languages import current_locale
from shared.words.sentences import _

blueprint = Blueprint("desk_reserves", __name__)


class Promoted(BaseModel):
    """Why somebody goes before others who wait; nothing for who stands first."""

    why: Annotated[str, Field(max_length=500), SEVERAL_LINES] = ""


@blueprint.get("/desk/e/<edition_slug>/selection/reserve")
@staff("organiser", "approver")
def show_reserve_list(edition_slug: str) -> str:
    """Show who waits, and how many places are free for them."""
    with tools().database.reading() as session:
        edition = edition_at(session, edition_slug)
        lines = reserve_list(session, edition_id=edition.id)
        places = pool(session, edition.id)
        left = left_beside_proposals(session, places=places)
        found = turns_now(session, places=places, lines=lines, left=left)
    return render_template(
        "registration/desk/reserve.html",
        edition=present(edition, language=current_locale(), now=now()),
        lines=lines,
        free=left[edition.id],
        full=format_list([wording(one.name, current_locale()).text for one in places.named if not left[one.id]]),
        following=found[0].application_id if found else None,
        by_itself=edition.promotes_itself,
    )


@blueprint.post("/desk/e/<edition_slug>/selection/reserve/<uuid:application_id>")
@staff("organiser")
@refused_at("/desk/e/{edition_slug}/selection/reserve")
def promote(edition_slug: str, application_id: UUID) -> Response:
    """Propose a free place to a reserve; the offer goes out with the next release."""
    why = read_form(Promoted, request.form).why
    with tools().database.transaction() as session:
        edition = edition_at(session, edition_slug)
        promote_reserve(session, edition_id=edition.id, application_id=application_id, deed=my_deed(why))
    flash_message(_("The place is proposed. The offer goes out when you release it."))
    return see_other(f"/desk/e/{edition_slug}/decisions")
