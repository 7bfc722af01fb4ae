"""The list of campaigns, a new one, and the page of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final
from uuid import UUID

from flask import Blueprint, render_template, request
from pydantic import BaseModel, StringConstraints

from services.notifications.actions.campaigns import WRITABLE, create_campaign, delete_draft
from services.notifications.actions.topics import ensure_topics
from services.notifications.queries.audience import audience_size, publications_of
from services.notifications.queries.campaigns import campaign_of, campaigns_of, tally, texts_of, topics
from services.notifications.queries.people import names_of
from services.notifications.queries.reconciliation import by_language, since_launch
from services.notifications.queries.relays import troubles
from services.notifications.routes.editions import campaign_url, desk_edition
from services.notifications.rules.audience import rule_in
from services.notifications.rules.texts import LONGEST_NAME, half_written, language_plan
from services.notifications.views.campaign_charts import campaign_charts
from services.notifications.views.histories import CAMPAIGN
from services.notifications.views.wording import CAMPAIGN_STATES, DELIVERY_STATES, TROUBLES, rule_in_words
from shared.clock import now
from shared.histories import past_of
from shared.schema.base import new_id
from shared.web.door.identity import my_deed
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import bind, fill
from shared.web.pages.histories import lines_of
from shared.web.pages.navigation import CAMPAIGNS
from shared.web.pages.refusing import refused_at
from shared.web.pages.tables import Column
from shared.words.languages import current_locale, text_in
from shared.words.sentences import _, _l

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from shared.schema.notifications.topics import Topic

blueprint = Blueprint("campaigns", __name__, url_prefix=CAMPAIGNS.rule)

COLUMNS: Final = (
    Column("name", _l("Campaign"), kind="main"),
    Column("state", _l("State")),
    Column("topic", _l("Topic"), wide=True),
    Column("locales", _l("Languages")),
    Column("sent", _l("Sent"), kind="number"),
    Column("audience", _l("Audience"), kind="number"),
    Column("changed", _l("Changed"), kind="date"),
)


class NewCampaign(BaseModel):
    """What is asked to begin a campaign."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NAME)]
    topic_id: UUID
    key: UUID | None = None
    """Tells a form that is sent twice from two forms."""


@blueprint.get("")
@CAMPAIGNS.opens
def list_campaigns(edition_slug: str) -> str:
    """Show an edition's campaigns, the newest first."""
    with tools().database.reading() as session:
        edition = desk_edition(session, edition_slug)
        found = campaigns_of(session, edition_id=edition.id)
        return render_template(
            "notifications/campaigns.html",
            edition=edition,
            columns=COLUMNS,
            rows=[{"id": line.campaign.id, "line": line, "name": line.campaign.name} for line in found],
            states=CAMPAIGN_STATES,
            in_language=lambda texts: text_in(texts, current_locale()),
        )


@blueprint.route("/new", methods=["GET", "POST"])
@staff("organiser", "writer")
def new_campaign(edition_slug: str) -> ResponseReturnValue:
    """Ask for a name and a topic, then begin a draft."""
    with tools().database.transaction() as session:
        edition = desk_edition(session, edition_slug)
        ensure_topics(session)
        choices = topic_choices(topics(session))
        form = fill({"key": str(new_id())} | ({"topic_id": choices[0][0]} if choices else {}))
        if request.method == "POST":
            bound = bind(NewCampaign, request.form)
            form = bound.form
            if bound.model is not None and str(bound.model.topic_id) not in {value for value, *_rest in choices}:
                form = form.with_errors({"topic_id": _("Choose a topic.")})
            elif bound.model is not None:
                campaign = create_campaign(
                    session,
                    edition_id=edition.id,
                    topic_id=bound.model.topic_id,
                    name=bound.model.name,
                    deed=my_deed(),
                    key=bound.model.key,
                )
                return see_other(campaign_url(edition, campaign.id, "texts"))
        page = render_template("notifications/campaign_new.html", edition=edition, form=form, topics=choices)
        return page, 422 if form.errors else 200


@blueprint.get("/<uuid:campaign_id>")
@staff("organiser", "writer", "approver", "viewer")
def show_campaign(edition_slug: str, campaign_id: UUID) -> str:
    """Show a draft's steps, or how far a launched campaign has come."""
    with tools().database.reading() as session:
        edition = desk_edition(session, edition_slug)
        campaign = campaign_of(session, campaign_id=campaign_id, edition_id=edition.id)
        texts = texts_of(session, campaign_id=campaign_id)
        past = past_of(session, [campaign_id])
        common = {
            "edition": edition,
            "campaign": campaign,
            "texts": texts,
            "states": CAMPAIGN_STATES,
            "names": names_of(session, person_ids=[campaign.written_by, campaign.submitted_by, campaign.launched_by]),
            "base": campaign_url(edition, campaign_id),
            "rule": rule_in_words(rule_in(campaign.audience), publications_of(session, edition_id=edition.id)),
            "happened": lines_of(past, CAMPAIGN),
        }
        if campaign.state not in WRITABLE:
            counts = tally(session, campaign_id=campaign_id)
            last = next((step for step in past if step.after == campaign.state), None)
            return render_template(
                "notifications/campaign_progress.html",
                counts=counts,
                settled=sum(counts.values()) - counts["queued"] - counts["sending"] - counts["deferred"],
                braked=campaign.state == "paused" and last is not None and last.by_id is None,
                delivery_states=DELIVERY_STATES,
                trouble=troubles(session).get("campaigns") if campaign.state == "sending" else None,
                trouble_words=TROUBLES,
                charts=campaign_charts(
                    by_language(session, campaign_id=campaign_id),
                    since_launch(session, campaign=campaign),
                    fetches=bool(campaign.audience.get("publication_id")),
                ),
                seconds=max(0, round((campaign.leaves_at - now()).total_seconds())) if campaign.leaves_at else 0,
                untouched=counts["queued"] + counts["suppressed"] == campaign.audience_size,
                live=campaign.state == "sending" or counts["sending"] > 0,
                **common,
            )
        rule = rule_in(campaign.audience)
        size = audience_size(session, rule=rule, edition_id=edition.id, topic_id=campaign.topic_id, now=now())
        return render_template(
            "notifications/campaign_draft.html",
            size=size,
            is_chosen=rule is not None,
            ready=bool(texts) and not half_written(texts) and size.total > 0,
            missing=half_written(texts),
            plan=language_plan(size.by_locale, texts),
            **common,
        )


@blueprint.post("/<uuid:campaign_id>/delete")
@staff("organiser", "writer")
@refused_at("/desk/mail/e/{edition_slug}/campaigns/{campaign_id}")
def delete_campaign(edition_slug: str, campaign_id: UUID) -> ResponseReturnValue:
    """Throw a draft away."""
    with tools().database.transaction() as session:
        edition = desk_edition(session, edition_slug)
        delete_draft(session, campaign_id=campaign_id, edition_id=edition.id, deed=my_deed())
    flash_message(_("The draft is deleted."), "success")
    return see_other(f"/desk/mail/e/{edition.slug}/campaigns")


def topic_choices(found: list[Topic]) -> list[tuple[str, str, str]]:
    """Return topics as a form offers them."""
    locale = current_locale()
    return [(str(topic.id), text_in(topic.name, locale), text_in(topic.description, locale)) for topic in found]
