"""Which letters somebody who is signed in wants: every topic there is, with a tick."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, render_template, request

from services.notifications.actions.opt_outs import opt_in, opt_out
from services.notifications.queries.campaigns import opted_out_of, topics
from shared.clock import now
from shared.web.door.identity import current_person
from shared.web.door.policy import participant
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import Form
from shared.words.languages import current_locale, text_in
from shared.words.sentences import _

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

blueprint = Blueprint("my_topics", __name__)
PAGE: Final = "/mail/topics"


@blueprint.get(PAGE)
@participant
def show_topics() -> str:
    """Show every topic and whether the person gets letters on it."""
    locale = current_locale()
    with tools().database.reading() as session:
        out = opted_out_of(session, person_id=current_person().person_id)
        found = topics(session)
        form = Form({"wanted": [topic.slug for topic in found if topic.id not in out]})
        choices = [(one.slug, text_in(one.name, locale), text_in(one.description, locale)) for one in found]
    return render_template("notifications/my_topics.html", form=form, topics=choices)


@blueprint.post(PAGE)
@participant
def choose_topics() -> Response:
    """Keep which topics are wanted: those that were shown and have no tick are not."""
    person_id, wanted, shown = current_person().person_id, request.form.getlist("wanted"), request.form.getlist("shown")
    with tools().database.transaction() as session:
        for topic in topics(session):
            if topic.slug in wanted:
                opt_in(session, person_id=person_id, topic_id=topic.id)
            elif topic.slug in shown:
                opt_out(session, person_id=person_id, topic_id=topic.id, source="page", now=now())
    flash_message(_("Saved."))
    return see_other(PAGE)
