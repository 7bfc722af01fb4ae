"""Special answers (passport, health, access): shown to organisers alone, and every look is written down."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template

from services.registration.queries.applications import application_of
from services.registration.queries.editions import edition_at
from services.registration.queries.responses import responses_of
from services.registration.routes.rings import own_ring
from services.registration.rules.forms.special import is_sealed, open_special
from services.registration.views.answers import answer_lines
from services.registration.views.editions import present
from services.registration.views.questions import said
from shared.clock import now
from shared.history import note
from shared.web.door.identity import my_deed
from shared.web.door.policy import staff
from shared.web.door.tools import tools
from shared.web.pages.refusing import refused_at
from shared.words.languages import current_locale

blueprint = Blueprint("desk_special_answers", __name__)
ring = own_ring(blueprint)


@blueprint.post("/desk/e/<edition_slug>/applications/<uuid:application_id>/special")
@staff("organiser")
@refused_at("/desk/e/{edition_slug}/applications/{application_id}")
def look_at_special(edition_slug: str, application_id: UUID) -> str:
    """Show what an applicant answered to special questions. A button and no link: a look is an act."""
    shown, lost = [], False
    with tools().database.transaction() as session:
        edition = edition_at(session, edition_slug)
        application = application_of(session, edition_id=edition.id, application_id=application_id)
        for row, response, form in responses_of(session, application_id=application_id):
            sealed = {key: one for key, one in response.answers.items() if is_sealed(one)}
            opened = open_special(sealed, ring(), application_id=application_id)
            lost = lost or bool(opened.lost)
            lines = [line for line in answer_lines(form, {}, opened.answers) if line[1]]
            if sealed:
                shown.append((said(form.definition.title) or row.slug, lines))
        note(
            session,
            "application",
            application_id,
            my_deed(),
            what="looked_at_special",
            edition_id=edition.id,
            person_id=application.person_id,
        )
    return render_template(
        "registration/desk/special.html",
        edition=present(edition, language=current_locale(), now=now()),
        application=application,
        shown=shown,
        lost=lost,
    )
