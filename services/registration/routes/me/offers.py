from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from services.registration.actions.offers import accept_offer, decline_offer, withdraw_enrolment
from services.registration.queries.applications import mine_with_place
from services.registration.queries.offers import hold_of, my_offer
from services.registration.routes.me.reasons import Declined, Why
from services.registration.views import wording
from services.registration.views.editions import present
from shared.clock import now
from shared.web.door.identity import current_person, my_deed
from shared.web.door.policy import participant
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import read_form
from shared.web.pages.refusing import refused_at
from shared.words.languages import current_locale
from shared.words.sentences import _

blueprint = Blueprint("offers", __name__)
_OFFER: Final = "/me/offers/{offer_id}"


@blueprint.get("/me/offers/<uuid:offer_id>")
@participant
def show_offer(offer_id: UUID) -> str:
    """Show the place that is held, until when, and what accepting means."""
    moment = now()
    with tools().database.reading() as session:
        offer, edition = my_offer(session, offer_id=offer_id, person_id=current_person().person_id)
        hold = hold_of(session, offer)
    state = "expired" if offer.state == "offered" and offer.expires_at <= moment else offer.state
    return render_template(
        "registration/offer.html",
        offer=offer,
        state=state,
        hold=hold,
        reasons=list(wording.REASON.items()),
        edition=present(edition, language=current_locale(), now=moment),
        now=moment,
    )


@blueprint.post("/me/offers/<uuid:offer_id>/accept")
@participant
@refused_at(_OFFER)
def accept(offer_id: UUID) -> Response:
    """Take the place. Whoever comes too late is led to the page that says what the offer is worth now."""
    with tools().database.transaction() as session:
        accept_offer(session, offer_id=offer_id, deed=my_deed())
    flash_message(_("The place is yours. Your materials appear here within a minute."))
    return see_other("/me")


@blueprint.post("/me/offers/<uuid:offer_id>/decline")
@participant
@refused_at(_OFFER)
def decline(offer_id: UUID) -> Response:
    """Give the held place back."""
    said = read_form(Declined, request.form)
    with tools().database.transaction() as session:
        decline_offer(session, offer_id=offer_id, deed=my_deed(said.why), reason=said.reason)
    flash_message(_("You declined the place. It can now go to somebody else."))
    return see_other("/me")


@blueprint.get("/me/enrolments/<uuid:enrolment_id>/withdraw")
@participant
def review_giving_up(enrolment_id: UUID) -> str:
    """Say what giving up a place means before it is done."""
    with tools().database.reading() as session:
        mine = mine_with_place(session, person_id=current_person().person_id, enrolment_id=enrolment_id)
    return render_template(
        "registration/withdraw.html",
        edition=present(mine.edition, language=current_locale(), now=now()),
        again=None,
        place=True,
        act=f"/me/enrolments/{enrolment_id}/withdraw",
        back=f"/me/applications/{mine.application.id}",
        possible=mine.enrolment is not None and mine.enrolment.state in {"accepted", "confirmed"},
    )


@blueprint.post("/me/enrolments/<uuid:enrolment_id>/withdraw")
@participant
@refused_at("/me/enrolments/{enrolment_id}/withdraw")
def give_up(enrolment_id: UUID) -> Response:
    """Give up a place that was taken."""
    with tools().database.transaction() as session:
        withdraw_enrolment(session, enrolment_id=enrolment_id, deed=my_deed(read_form(Why, request.form).why))
    flash_message(_("You gave your place up. It can now go to somebody else."))
    return see_other("/me")
