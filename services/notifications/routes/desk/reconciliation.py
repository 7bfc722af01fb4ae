"""What became of a campaign, taken apart, as a file, and once more to everybody it did not reach."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final
from uuid import UUID

from flask import Blueprint, Response, render_template, request, stream_with_context

from services.notifications.actions.resending import AGAIN, send_again_to_all
from services.notifications.queries.campaigns import STATES, campaign_of, tally
from services.notifications.queries.reconciliation import (
    EXPORTED,
    by_answer,
    by_domain,
    by_language,
    by_relay,
    exported,
)
from services.notifications.routes.editions import campaign_url, desk_edition
from services.notifications.views.wording import DELIVERY_STATES
from shared.web.door.identity import my_deed
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.refusing import refused_at
from shared.words.cells import START, csv_line
from shared.words.sentences import _n

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint(
    "reconciliation", __name__, url_prefix="/desk/mail/e/<edition_slug>/campaigns/<uuid:campaign_id>/reconciliation"
)

SEES: Final = ("organiser", "writer", "approver", "viewer")


@blueprint.get("")
@staff(*SEES)
def show_reconciliation(edition_slug: str, campaign_id: UUID) -> str:
    """Show the audience by what became of it, and that by language, domain and answer."""
    with tools().database.reading() as session:
        edition = desk_edition(session, edition_slug)
        campaign = campaign_of(session, campaign_id=campaign_id, edition_id=edition.id)
        return render_template(
            "notifications/campaign_reconciliation.html",
            edition=edition,
            campaign=campaign,
            base=campaign_url(edition, campaign_id),
            counts=tally(session, campaign_id=campaign_id),
            again=AGAIN,
            states=DELIVERY_STATES,
            languages=by_language(session, campaign_id=campaign_id),
            domains=by_domain(session, campaign_id=campaign_id),
            relays=by_relay(session, campaign_id=campaign_id),
            answers=by_answer(session, campaign_id=campaign_id),
        )


@blueprint.get("/deliveries.csv")
@staff(*SEES)
def export_deliveries(edition_slug: str, campaign_id: UUID) -> Response:
    """Send every delivery as CSV (RFC 4180), or those in the states of the query."""
    states = [state for state in request.args.getlist("state") if state in STATES]
    with tools().database.reading() as session:
        edition = desk_edition(session, edition_slug)
        campaign_of(session, campaign_id=campaign_id, edition_id=edition.id)
    name = f"deliveries-{edition.slug}-{campaign_id}.csv"
    return Response(
        stream_with_context(_lines(campaign_id, states)),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _lines(campaign_id: UUID, states: list[str]) -> Iterator[str]:
    with tools().database.reading() as session:
        yield START + csv_line(EXPORTED)
        for row in exported(session, campaign_id=campaign_id, states=states):
            yield csv_line(list(row))


@blueprint.post("/again")
@staff("organiser", "writer", "approver")
@refused_at("/desk/mail/e/{edition_slug}/campaigns/{campaign_id}/reconciliation")
def send_to_all_again(edition_slug: str, campaign_id: UUID) -> ResponseReturnValue:
    """Send once more to everybody in one state, if they are as many as were shown."""
    state, confirmed = request.form.get("state", ""), request.form.get("confirmed", "")
    with tools().database.transaction() as session:
        edition = desk_edition(session, edition_slug)
        count = send_again_to_all(
            session,
            campaign_id=campaign_id,
            edition_id=edition.id,
            state=state,
            confirmed=int(confirmed) if confirmed.isascii() and confirmed.isdigit() else 0,
            deed=my_deed(),
        )
    sentence = _n("Sent once more to %(num)s person.", "Sent once more to %(num)s people.", count)
    flash_message(sentence, "success" if count else "warning")
    return see_other(campaign_url(edition, campaign_id))
