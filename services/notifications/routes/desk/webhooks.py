"""Whom programmes outside are told by: added, stopped and resumed, with what came of the latest calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final
from uuid import UUID

from flask import Blueprint, render_template, request
from pydantic import BaseModel, Field

from services.notifications.actions.webhooks import add_webhook, resume_webhook, stop_webhook
from services.notifications.errors import WebhookUnsafe
from services.notifications.queries.webhooks import calls_of, webhook_of, webhooks_of
from services.notifications.routes.editions import desk_edition
from services.notifications.rules.webhooks import secret_of, shown_secret
from services.notifications.settings import NotificationsSettings
from services.notifications.views.wording import DELIVERY_STATES, NOT_CALLED
from shared.web.door.identity import my_deed
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import own_settings, tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import bind, fill
from shared.web.pages.navigation import WEBHOOKS
from shared.web.pages.refusing import refused_at
from shared.web.pages.tables import Column
from shared.words.sentences import _, _l

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("webhooks", __name__)
settings = own_settings(blueprint, NotificationsSettings)

ONE: Final = f"{WEBHOOKS.rule}/<uuid:webhook_id>"
PAGE: Final = "/desk/mail/e/{edition_slug}/webhooks/{webhook_id}"
COLUMNS: Final = (
    Column("happened_at", _l("When"), kind="date"),
    Column("told", _l("What is told"), kind="main"),
    Column("attempts", _l("Tries"), kind="number"),
    Column("answer", _l("What was answered")),
)


class NewWebhook(BaseModel):
    """The form that adds one."""

    url: Annotated[str, Field(min_length=1, max_length=500)]


@blueprint.route(WEBHOOKS.rule, methods=["GET", "POST"])
@WEBHOOKS.opens
def show_webhooks(edition_slug: str) -> ResponseReturnValue:
    """Show the webhooks of an edition, and add one."""
    with tools().database.transaction() as session:
        edition = desk_edition(session, edition_slug)
        form = fill({"url": ""})
        if request.method == "POST":
            bound = bind(NewWebhook, request.form)
            form = bound.form
            if bound.model is not None:
                try:
                    made = add_webhook(
                        session,
                        edition_id=edition.id,
                        url=bound.model.url,
                        allowed=settings().webhook_networks,
                        deed=my_deed(),
                    )
                except WebhookUnsafe as unsafe:
                    form = form.with_errors({"url": str(unsafe.title)})
                else:
                    return see_other(PAGE.format(edition_slug=edition.slug, webhook_id=made.id))
        page = render_template(
            "notifications/webhooks.html",
            edition=edition,
            base=f"/desk/mail/e/{edition.slug}/webhooks",
            form=form,
            rows=webhooks_of(session, edition_id=edition.id),
        )
        return page, 422 if form.errors else 200


@blueprint.get(ONE)
@staff("organiser")
def show_webhook(edition_slug: str, webhook_id: UUID) -> str:
    """Show one webhook: its secret, and what came of the latest calls."""
    with tools().database.reading() as session:
        edition = desk_edition(session, edition_slug)
        return render_template(
            "notifications/webhook.html",
            edition=edition,
            base=f"/desk/mail/e/{edition.slug}/webhooks",
            webhook=webhook_of(session, webhook_id=webhook_id, edition_id=edition.id),
            secret=shown_secret(secret_of(settings().webhook_key, webhook_id)),
            columns=COLUMNS,
            rows=calls_of(session, webhook_id=webhook_id),
            states=DELIVERY_STATES,
            reasons=NOT_CALLED,
        )


@blueprint.post(f"{ONE}/stop")
@staff("organiser")
@refused_at(PAGE)
def stop(edition_slug: str, webhook_id: UUID) -> ResponseReturnValue:
    """Call it no more."""
    with tools().database.transaction() as session:
        edition = desk_edition(session, edition_slug)
        stop_webhook(session, webhook_id=webhook_id, edition_id=edition.id, deed=my_deed())
    flash_message(_("It is not called any more. What waits is kept."), "success")
    return see_other(PAGE.format(edition_slug=edition_slug, webhook_id=webhook_id))


@blueprint.post(f"{ONE}/resume")
@staff("organiser")
@refused_at(PAGE)
def resume(edition_slug: str, webhook_id: UUID) -> ResponseReturnValue:
    """Call it again, with all that waits or was given up on."""
    with tools().database.transaction() as session:
        edition = desk_edition(session, edition_slug)
        resume_webhook(session, webhook_id=webhook_id, edition_id=edition.id, deed=my_deed())
    flash_message(_("It is called again, beginning with what did not arrive."), "success")
    return see_other(PAGE.format(edition_slug=edition_slug, webhook_id=webhook_id))
