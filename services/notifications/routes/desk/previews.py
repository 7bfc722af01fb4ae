"""A campaign as one real recipient will get it: in HTML, as text, as it goes over the wire; and a test to oneself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from flask import Blueprint, Response, render_template, request
from sqlalchemy.orm import Session

from services.notifications.actions.notices import queue_notice
from services.notifications.errors import CampaignIncomplete
from services.notifications.letters.composer import TEST
from services.notifications.letters.headers import wire_address
from services.notifications.letters.parts import parse, part
from services.notifications.queries.audience import Member, audience_member, audience_page, publications_of
from services.notifications.queries.campaigns import campaign_of, words_of
from services.notifications.queries.recipients import person
from services.notifications.routes.desk.frames import as_frame, with_frames
from services.notifications.routes.desk.launches import settings
from services.notifications.routes.editions import campaign_url, desk_edition
from services.notifications.rules.audience import rule_in, text_locale
from services.notifications.views.mails import composer_of
from services.notifications.views.wording import rule_in_words
from shared.clock import now
from shared.schema.base import new_id
from shared.web.door.identity import current_person
from shared.web.door.limits import by_caller, limited
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.refusing import refused_at
from shared.words.languages import current_locale
from shared.words.sentences import _

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from services.notifications.rules.words import Words
    from shared.schema.notifications.campaigns import Campaign

blueprint = Blueprint("previews", __name__, url_prefix="/desk/mail/e/<edition_slug>/campaigns/<uuid:campaign_id>")

OFFERED = 50
"""How many recipients the page offers to preview as; any other by the link in the audience's list."""


@dataclass(frozen=True)
class Draft:
    """A copy that is not in the ledger."""

    addressee: str
    address: str
    locale: str
    fields: dict[str, str]
    campaign_id: UUID
    kind: str = "campaign"
    about_id: UUID | None = None
    id: UUID = field(default_factory=new_id)


@blueprint.get("/preview")
@staff("organiser", "writer", "approver", "viewer")
def preview(edition_slug: str, campaign_id: UUID) -> Response:
    """Show the mail as one person of the audience, or as oneself while there is nobody."""
    with tools().database.reading() as session:
        edition = desk_edition(session, edition_slug)
        campaign = campaign_of(session, campaign_id=campaign_id, edition_id=edition.id)
        words = words_of(session, campaign_id=campaign_id)
        rule = rule_in(campaign.audience)
        offered = audience_page(
            session, rule=rule, edition_id=edition.id, language=current_locale(), limit=OFFERED, offset=0, now=now()
        )
        reader = preview_reader(session, campaign, offered)
        locale = chosen_locale(words, reader)
        message = None if locale is None else compose_preview(words[locale], reader, campaign_id)
        html = render_template(
            "notifications/campaign_preview.html",
            edition=edition,
            campaign=campaign,
            base=campaign_url(edition, campaign_id),
            rule=rule_in_words(rule, publications_of(session, edition_id=edition.id)),
            written=sorted(words),
            reader=reader,
            offered=offered,
            locale=locale,
            message=None if message is None else parse(message),
            text=None if message is None else part(message, "plain"),
            source=None if message is None else message.decode("ascii", "replace"),
            view=request.args.get("view", "html"),
        )
    return with_frames(html)


@blueprint.get("/preview/mail")
@staff("organiser", "writer", "approver", "viewer")
def preview_mail(edition_slug: str, campaign_id: UUID) -> Response:
    """Return the mail's HTML alone, for the frame: nothing in it can run, load or lead out of the frame."""
    with tools().database.reading() as session:
        edition = desk_edition(session, edition_slug)
        campaign = campaign_of(session, campaign_id=campaign_id, edition_id=edition.id)
        words = words_of(session, campaign_id=campaign_id)
        rule = rule_in(campaign.audience)
        offered = audience_page(
            session, rule=rule, edition_id=edition.id, language=current_locale(), limit=1, offset=0, now=now()
        )
        reader = preview_reader(session, campaign, offered)
        locale = chosen_locale(words, reader)
        if locale is None:
            raise CampaignIncomplete
        html = part(compose_preview(words[locale], reader, campaign_id), "html")
    return as_frame(html)


@blueprint.post("/test")
@staff("organiser", "writer", "approver")
@limited("60 per hour", by=by_caller)
@refused_at("/desk/mail/e/{edition_slug}/campaigns/{campaign_id}/preview")
def send_test(edition_slug: str, campaign_id: UUID) -> ResponseReturnValue:
    """Mail the campaign in the chosen language to oneself, as a person of the audience would get it."""
    with tools().database.transaction() as session:
        edition = desk_edition(session, edition_slug)
        campaign = campaign_of(session, campaign_id=campaign_id, edition_id=edition.id)
        words = words_of(session, campaign_id=campaign_id)
        myself = person(session, person_id=current_person().person_id)
        if not words or myself is None:
            raise CampaignIncomplete
        reader = preview_reader(session, campaign, [])
        queue_notice(
            session,
            kind=TEST,
            cause=new_id(),
            recipient=myself,
            about_id=campaign_id,
            edition_id=edition.id,
            locale=text_locale(request.form.get("locale", ""), sorted(words)),
            fields={"name": reader.called, "country": reader.country},
            now=now(),
        )
        address = myself.address
    flash_message(_("A test is on its way to %(address)s.", address=address), "success")
    return see_other(campaign_url(edition, campaign_id, "preview") + f"?locale={request.form.get('locale', '')}")


def preview_reader(session: Session, campaign: Campaign, offered: list[Member] | object) -> Member:
    """Return whom to preview as: the person asked for, the first of the audience, or oneself."""
    wanted = request.values.get("person", "")
    try:
        person_id = UUID(wanted) if wanted else None
    except ValueError:
        person_id = None
    if person_id is not None:
        rule = rule_in(campaign.audience)
        found = audience_member(session, rule=rule, edition_id=campaign.edition_id, person_id=person_id, now=now())
        if found is not None:
            return found
    if isinstance(offered, list) and offered:
        first: Member = offered[0]
        return first
    me = current_person()
    return Member(me.person_id, me.name, me.name, "you@example.org", me.locale, "")


def chosen_locale(words: dict[str, Words], reader: Member) -> str | None:
    """Return the language to show: the one asked for, else the one this person gets."""
    asked = request.args.get("locale", "")
    if asked in words:
        return asked
    return text_locale(reader.locale, sorted(words)) if words else None


def compose_preview(words: Words, reader: Member, campaign_id: UUID) -> bytes:
    """Return the message as it would leave."""
    draft = Draft(
        addressee=reader.name,
        address=reader.email,
        locale=words.locale,
        fields={"name": reader.called, "country": reader.country},
        campaign_id=campaign_id,
    )
    return composer_of(settings()).compose_campaign(words, draft, wire_address(reader.email), now())
