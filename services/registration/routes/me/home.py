from __future__ import annotations

from datetime import datetime
from zoneinfo import available_timezones

from flask import Blueprint, jsonify, render_template, request
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response

from services.registration.queries.applications import applications_of, person_of
from services.registration.queries.people import everything_about
from services.registration.queries.readers import readers_of
from services.registration.queries.responses import forms_asked_of
from services.registration.routes.rings import own_ring
from services.registration.rules.applications import LIVE
from services.registration.views.editions import present
from services.registration.views.questions import said
from services.registration.views.standing import standing
from shared.clock import now
from shared.people.actions.people import change_preferences
from shared.schema.registration import Form as FormRow
from shared.web.door.identity import current_person
from shared.web.door.negotiation import forget_reader
from shared.web.door.policy import participant
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import bind, fill
from shared.words.cleaning import clean_line
from shared.words.formats import zone_choices
from shared.words.languages import LANGUAGES, current_locale, use_locale
from shared.words.sentences import _, _l

blueprint = Blueprint("me", __name__)
ring = own_ring(blueprint)


class Preferences(BaseModel):
    """How a person is named, and in which language and zone pages and mails speak."""

    name: str = Field(min_length=1, max_length=200)
    called: str = Field(default="", max_length=200)
    locale: str
    time_zone: str = ""


@blueprint.get("/me")
@participant
def show_me() -> str:
    """Say where the person stands, what is next and by when."""
    person, moment, language = current_person(), now(), current_locale()
    with tools().database.reading() as session:
        mine = applications_of(session, person_id=person.person_id)
        asked = forms_asked_of(session, person_id=person.person_id)
        readers = readers_of(session, person_id=person.person_id, language=language, now=moment)
    cards = [
        {
            "mine": one,
            "edition": present(one.edition, language=language, now=moment),
            "standing": standing(one, now=moment),
            "tasks": [
                {
                    "label": said(form.form.draft.get("title", {})) or form.form.slug,
                    "url": f"/me/forms/{form.form.id}",
                    "state": _("Filled in") if form.response is not None else _("To be filled in"),
                    "kind": "good" if form.response is not None else "warn",
                    "hint": form.form.closes_at,
                }
                for form in asked
                if form.application.id == one.application.id and is_open_form(form.form, moment)
            ],
            "readers": [
                reader for reader in readers if reader.edition_id == one.edition.id and one.application.state in LIVE
            ],
        }
        for one in mine
        if one.application.state != "draft"
    ]
    return render_template("registration/me.html", cards=cards, now=moment)


def is_open_form(form: FormRow, moment: datetime) -> bool:
    """Say whether a form may be filled in at this moment."""
    return (form.opens_at is None or moment >= form.opens_at) and (form.closes_at is None or moment < form.closes_at)


@blueprint.get("/me/settings")
@participant
def show_settings() -> str:
    """Show language, time zone and names."""
    with tools().database.reading() as session:
        row = person_of(session, current_person().person_id)
    known = {"name": row.name, "called": row.called, "locale": row.locale, "time_zone": row.time_zone}
    return render_template(
        "registration/settings.html", form=fill(known), zones=zone_choices(row.time_zone or ""), email=row.email
    )


@blueprint.post("/me/settings")
@participant
def save_settings() -> Response | tuple[str, int]:
    """Keep language, time zone and names."""
    person = current_person()
    bound = bind(Preferences, request.form)
    form, wishes = bound.form, bound.model
    wrong: dict[str, object] = {}
    if wishes and wishes.locale not in LANGUAGES:
        wrong["locale"] = _l("Choose one of the answers")
    if wishes and wishes.time_zone and wishes.time_zone not in available_timezones():
        wrong["time_zone"] = _l("Choose one of the answers")
    if wishes is None or wrong or not clean_line(wishes.name):
        with tools().database.reading() as session:
            email = person_of(session, person.person_id).email
        form = form.with_errors(wrong or ({} if wishes is None else {"name": _l("Fill this in")}))
        return render_template(
            "registration/settings.html", form=form, zones=zone_choices(form.value("time_zone")), email=email
        ), 422
    with tools().database.transaction() as session:
        change_preferences(
            session,
            person_id=person.person_id,
            name=clean_line(wishes.name),
            called=clean_line(wishes.called),
            locale=wishes.locale,
            time_zone=wishes.time_zone,
        )
    forget_reader()
    with use_locale(wishes.locale):
        flash_message(_("Saved."))
    return see_other("/me/settings")


@blueprint.get("/me/data")
@participant
def download_data() -> Response:
    """Answer with everything registration keeps about the person, as JSON."""
    with tools().database.reading() as session:
        answer = jsonify(everything_about(session, person_id=current_person().person_id, ring=ring()))
    answer.headers["Content-Disposition"] = 'attachment; filename="academy-my-data.json"'
    return answer
