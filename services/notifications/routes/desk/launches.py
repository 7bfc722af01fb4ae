"""Sending a campaign off on a quiet page of its own, and holding it back."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Final, Literal
from uuid import UUID

from flask import Blueprint, render_template, request
from pydantic import BaseModel, Field

from services.notifications.actions.launches import (
    cancel_campaign,
    launch_campaign,
    pause_campaign,
    recall_launch,
    resume_campaign,
)
from services.notifications.queries.audience import audience_size, publications_of
from services.notifications.queries.campaigns import campaign_of, texts_of, topics
from services.notifications.queries.deliveries import in_hand
from services.notifications.queries.people import names_of
from services.notifications.routes.editions import campaign_url, desk_edition
from services.notifications.rules.audience import rule_in
from services.notifications.rules.texts import half_written, language_plan
from services.notifications.settings import NotificationsSettings
from services.notifications.views.wording import rule_in_words
from shared.clock import now
from shared.web.door.identity import current_person, my_deed
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import own_settings, tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import read_form
from shared.web.pages.refusing import refused_at
from shared.words.languages import current_locale, text_in
from shared.words.sentences import _, _l, _n

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("launches", __name__, url_prefix="/desk/mail/e/<edition_slug>/campaigns/<uuid:campaign_id>")
settings = own_settings(blueprint, NotificationsSettings)

APPROVERS: Final = ("organiser", "approver")
PUT_DOWN_SECONDS: Final = 2.0
_CAMPAIGN: Final = "/desk/mail/e/{edition_slug}/campaigns/{campaign_id}"


class Confirmed(BaseModel):
    """The form that launches: the box, and the number of people beside it. Nobody writes to a billion people."""

    sure: Literal["yes"]
    confirmed: Annotated[int, Field(ge=0, lt=10**9)]


@blueprint.get("/launch")
@staff("organiser", "writer", "approver")
def review_launch(edition_slug: str, campaign_id: UUID) -> str:
    """Show exactly what launching will do: how many people, in which language, who gets second best."""
    with tools().database.reading() as session:
        edition = desk_edition(session, edition_slug)
        campaign = campaign_of(session, campaign_id=campaign_id, edition_id=edition.id)
        rule = rule_in(campaign.audience)
        texts = texts_of(session, campaign_id=campaign_id)
        size = audience_size(session, rule=rule, edition_id=edition.id, topic_id=campaign.topic_id, now=now())
        topic = next(topic for topic in topics(session) if topic.id == campaign.topic_id)
        person = current_person()
        waiting = campaign.state == "awaiting_approval"
        return render_template(
            "notifications/campaign_launch.html",
            edition=edition,
            campaign=campaign,
            base=campaign_url(edition, campaign_id),
            rule=rule_in_words(rule, publications_of(session, edition_id=edition.id)),
            recall=settings().recall_seconds,
            texts=texts,
            missing=half_written(texts),
            size=size,
            plan=language_plan(size.by_locale, texts),
            topic=text_in(topic.name, current_locale()),
            threshold=settings().approval_above,
            needs_second=size.total > settings().approval_above,
            may_approve=waiting
            and person.holds_in(edition_slug, *APPROVERS)
            and person.person_id not in {campaign.written_by, campaign.submitted_by},
            waiting=waiting,
            names=names_of(session, person_ids=[campaign.written_by, campaign.submitted_by]),
        )


@blueprint.post("/launch")
@staff("organiser", "writer", "approver")
@refused_at(f"{_CAMPAIGN}/launch")
def launch(edition_slug: str, campaign_id: UUID) -> ResponseReturnValue:
    """Launch, or ask for approval; the number that was shown has to be confirmed."""
    unsure = _l("Tick the box to confirm, then launch.")
    given = read_form(Confirmed, request.form, messages={"sure": unsure, "confirmed": unsure})
    with tools().database.transaction() as session:
        edition = desk_edition(session, edition_slug)
        campaign = launch_campaign(
            session,
            campaign_id=campaign_id,
            edition_id=edition.id,
            confirmed=given.confirmed,
            approval_above=settings().approval_above,
            deed=my_deed(),
            may_approve=current_person().holds_in(edition_slug, *APPROVERS),
            recall=timedelta(seconds=settings().recall_seconds),
        )
        state, people = campaign.state, campaign.audience_size
    if state == "awaiting_approval":
        flash_message(_("Sent to a second person for approval. Nothing has been mailed."), "information")
    else:
        sentence = _n("Launched: %(num)s person gets it.", "Launched: %(num)s people get it.", people)
        flash_message(sentence, "success")
    return see_other(campaign_url(edition, campaign_id))


@blueprint.post("/recall")
@staff("organiser", "writer", "approver")
@refused_at(_CAMPAIGN)
def recall(edition_slug: str, campaign_id: UUID) -> ResponseReturnValue:
    """Take the launch back; nobody has got anything."""
    with tools().database.transaction() as session:
        edition = desk_edition(session, edition_slug)
        freed = recall_launch(session, campaign_id=campaign_id, edition_id=edition.id, deed=my_deed())
    sentence = _n(
        "The launch is taken back; %(num)s person got nothing.",
        "The launch is taken back; %(num)s people got nothing.",
        freed,
    )
    flash_message(sentence, "success")
    return see_other(campaign_url(edition, campaign_id))


@blueprint.post("/pause")
@staff("organiser", "writer", "approver")
@refused_at(_CAMPAIGN)
def pause(edition_slug: str, campaign_id: UUID) -> ResponseReturnValue:
    """Send nothing more until resumed."""
    with tools().database.transaction() as session:
        edition = desk_edition(session, edition_slug)
        pause_campaign(session, campaign_id=campaign_id, edition_id=edition.id, deed=my_deed())
    flash_message(_("Paused. Mails that were on their way still arrive."), "success")
    return see_other(campaign_url(edition, campaign_id))


@blueprint.post("/resume")
@staff("organiser", "writer", "approver")
@refused_at(_CAMPAIGN)
def resume(edition_slug: str, campaign_id: UUID) -> ResponseReturnValue:
    """Go on where it stopped."""
    with tools().database.transaction() as session:
        edition = desk_edition(session, edition_slug)
        resume_campaign(session, campaign_id=campaign_id, edition_id=edition.id, deed=my_deed())
    flash_message(_("Being sent again, from where it stopped."), "success")
    return see_other(campaign_url(edition, campaign_id))


@blueprint.post("/cancel")
@staff("organiser", "writer", "approver")
@refused_at(_CAMPAIGN)
def cancel(edition_slug: str, campaign_id: UUID) -> ResponseReturnValue:
    """Stop for good."""
    stop_before_cancelling(edition_slug, campaign_id)
    with tools().database.transaction() as session:
        edition = desk_edition(session, edition_slug)
        kept = cancel_campaign(session, campaign_id=campaign_id, edition_id=edition.id, deed=my_deed())
    sentence = _n("Cancelled: %(num)s person does not get it.", "Cancelled: %(num)s people do not get it.", kept)
    flash_message(sentence, "success")
    return see_other(campaign_url(edition, campaign_id))


def stop_before_cancelling(edition_slug: str, campaign_id: UUID) -> None:
    """Pause, and wait a moment until senders have put down what they had not begun: the number told is true then."""
    with tools().database.transaction() as session:
        edition = desk_edition(session, edition_slug)
        if campaign_of(session, campaign_id=campaign_id, edition_id=edition.id).state != "sending":
            return
        pause_campaign(session, campaign_id=campaign_id, edition_id=edition.id, deed=my_deed())
    end = time.monotonic() + PUT_DOWN_SECONDS
    while time.monotonic() < end:
        with tools().database.reading() as session:
            if not in_hand(session, campaign_id=campaign_id):
                return
        time.sleep(0.05)
