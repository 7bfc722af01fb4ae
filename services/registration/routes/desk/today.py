from __future__ import annotations

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from services.registration.queries.desk import put_aside, waiting_in
from services.registration.queries.editions import all_editions
from services.registration.views.editions import present
from shared.clock import now
from shared.web.door.health import ailing_parts, state_of_work
from shared.web.door.identity import current_person
from shared.web.door.policy import ROLES
from shared.web.door.tools import tools
from shared.web.pages.navigation import TODAY
from shared.words.languages import current_locale

blueprint = Blueprint("desk", __name__)


@blueprint.get(TODAY.rule)
@TODAY.opens
def show_desk() -> str | Response:
    """Show what waits today in each edition that is not over and that the person has a role in."""
    person, moment, language = current_person(), now(), current_locale()
    with tools().database.reading() as session:
        views = [(edition, present(edition, language=language, now=moment)) for edition in all_editions(session)]
        mine = [(edition, view) for edition, view in views if person.holds(*ROLES, edition_id=edition.id)]
        current = [(edition, view) for edition, view in mine if view.phase != "over"]
        cards = [(view, waiting_in(session, edition, now=moment)) for edition, view in current]
        aside = put_aside(session) if person.holds("organiser", everywhere=True) else 0
    ailing = bool(ailing_parts()) or state_of_work(tools().database) == "late"
    return render_template(
        "registration/desk/today.html",
        cards=cards,
        past=[view for _edition, view in mine if view.phase == "over"],
        aside=aside,
        ailing=ailing,
        now=moment,
        edition=cards[0][0] if cards else None,
    )
