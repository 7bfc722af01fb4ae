from __future__ import annotations

from uuid import UUID

from flask import Blueprint, request
from werkzeug.wrappers import Response

from services.registration.actions.information import ask_for_information
from services.registration.queries.editions import edition_at
from shared.web.door.identity import my_deed
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.refusing import refused_at
from shared.words.cleaning import clean_text
from shared.words.sentences import _

blueprint = Blueprint("desk_information", __name__)
LONGEST = 2000


@blueprint.post("/desk/e/<edition_slug>/applications/<uuid:application_id>/ask")
@staff("organiser")
@refused_at("/desk/e/{edition_slug}/applications/{application_id}")
def ask(edition_slug: str, application_id: UUID) -> Response:
    """Ask the applicant to answer some questions again."""
    ask_for_answers(edition_slug, application_id)
    return see_other(f"/desk/e/{edition_slug}/applications/{application_id}")


def ask_for_answers(edition_slug: str, application_id: UUID) -> None:
    """Ask by mail for what the form names."""
    with tools().database.transaction() as session:
        edition = edition_at(session, edition_slug)
        ask_for_information(
            session,
            edition_id=edition.id,
            application_id=application_id,
            fields=request.form.getlist("fields"),
            message=clean_text(request.form.get("message", ""), most=LONGEST),
            deed=my_deed(),
        )
    flash_message(_("A mail asks the applicant to answer. The application comes back here by itself."))
