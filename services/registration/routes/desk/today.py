from __future__ import annotations

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from services.registration.queries.desk import put_aside, waiting_in, waiting_in_library
from services.registration.queries.editions import all_editions
from services.registration.views.editions import present
from services.registration.views.today import tasks_in_edition, tasks_in_library
from shared.clock import now
from shared.web.door.health import ailing_parts, state_of_work
from shared.web.door.identity import current_person
from shared.web.door.places import place_among
from shared.web.door.policy import ROLES
from shared.web.door.tools import tools
from shared.web.pages.navigation import TODAY
from shared.words.languages import current_locale

blueprint = Blueprint("desk", __name__)


@blueprint.get(TODAY.rule)
@TODAY.opens
def show_desk() -> str | Response:
    """Show what waits today for this person, first in the edition she stands in, then in the others not over."""
    person, moment, language = current_person(), now(), current_locale()
    place = place_among(person.places, chosen=person.chosen_place, now=moment)
    runs_system = person.holds("organiser", everywhere=True)
    with tools().database.reading() as session:
        mine = [one for one in all_editions(session) if person.holds(*ROLES, edition_id=one.id)]
        mine.sort(key=lambda one: place is None or one.id != place.id)
        views = [(one, present(one, language=language, now=moment)) for one in mine]
        current = [(one, view) for one, view in views if view.phase != "over" or (place and one.id == place.id)]
        cards = [
            (view, tasks_in_edition(waiting_in(session, one, person_id=person.person_id, now=moment), person))
            for one, view in current
        ]
        kept = None if person.holds("organiser", "librarian", everywhere=True) else [one.id for one in mine]
        library = tasks_in_library(waiting_in_library(session, edition_ids=kept), person)
        aside = put_aside(session) if runs_system else 0
    shown = {view.id for view, _tasks in cards}
    return render_template(
        "registration/desk/today.html",
        cards=cards,
        library=library,
        others=[view for _one, view in views if view.id not in shown],
        aside=aside,
        ailing=runs_system and (bool(ailing_parts()) or state_of_work(tools().database) == "late"),
        now=moment,
    )
