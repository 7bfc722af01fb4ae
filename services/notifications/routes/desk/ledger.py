"""Who got a campaign, by name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from uuid import UUID

from flask import Blueprint, render_template, request

from services.notifications.actions.launches import take_out_of_campaign
from services.notifications.actions.resending import AGAIN, send_again
from services.notifications.queries.audience import publications_of
from services.notifications.queries.campaigns import campaign_of, tally
from services.notifications.queries.deliveries import count_ledger, ledger_of
from services.notifications.routes.editions import campaign_url, desk_edition
from services.notifications.rules.audience import rule_in
from services.notifications.views.wording import DELIVERY_STATES, REASONS, rule_in_words
from shared.web.door.identity import my_deed
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.refusing import refused_at
from shared.web.pages.tables import Column, Filter, read_table_query
from shared.words.languages import current_locale
from shared.words.sentences import _, _l, _n

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("ledger", __name__, url_prefix="/desk/mail/e/<edition_slug>/campaigns/<uuid:campaign_id>")

COLUMNS: Final = (
    Column("addressee", _l("Name"), kind="main"),
    Column("locale", _l("Language")),
    Column("state", _l("State")),
    Column("why", _l("What the mail server said, or why not")),
    Column("settled_at", _l("When"), kind="date"),
)
UUID_TEXT: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
STATE_FILTER: Final = Filter("state", _l("State"), [(state, words[0]) for state, words in DELIVERY_STATES.items()])


@blueprint.get("/deliveries")
@staff("organiser", "writer", "approver", "viewer")
def show_ledger(edition_slug: str, campaign_id: UUID) -> str:
    """Show every delivery of a campaign, filtered by state and searched by name or address."""
    query = read_table_query(request.args, columns=COLUMNS, default_sort="addressee", filters=(STATE_FILTER,))
    with tools().database.reading() as session:
        edition = desk_edition(session, edition_slug)
        campaign = campaign_of(session, campaign_id=campaign_id, edition_id=edition.id)
        states = query.chosen("state")
        total = count_ledger(session, campaign_id=campaign_id, states=states, search=query.search)
        return render_template(
            "notifications/campaign_ledger.html",
            edition=edition,
            campaign=campaign,
            base=campaign_url(edition, campaign_id),
            rule=rule_in_words(rule_in(campaign.audience), publications_of(session, edition_id=edition.id)),
            counts=tally(session, campaign_id=campaign_id),
            states=DELIVERY_STATES,
            reasons=REASONS,
            columns=COLUMNS,
            query=query,
            out=tuple(states) == ("queued",) and campaign.state in {"sending", "paused"},
            again=bool(states) and set(states) <= set(AGAIN) and campaign.state != "cancelled",
            total=total,
            rows=ledger_of(
                session,
                language=current_locale(),
                campaign_id=campaign_id,
                states=states,
                search=query.search,
                limit=query.limit,
                offset=query.offset,
                total=total,
            ),
        )


@blueprint.post("/deliveries/out")
@staff("organiser", "writer", "approver")
@refused_at("/desk/mail/e/{edition_slug}/campaigns/{campaign_id}/deliveries")
def take_deliveries_out(edition_slug: str, campaign_id: UUID) -> ResponseReturnValue:
    """Take the people chosen by name out of a campaign that has not reached them."""
    chosen = [UUID(value) for value in request.form.getlist("delivery") if UUID_TEXT.fullmatch(value)]
    with tools().database.transaction() as session:
        edition = desk_edition(session, edition_slug)
        count = take_out_of_campaign(
            session, campaign_id=campaign_id, edition_id=edition.id, delivery_ids=chosen, deed=my_deed()
        )
    sentence = _n("%(num)s person is taken out.", "%(num)s people are taken out.", count)
    flash_message(sentence if chosen else _("Choose whom to take out first"), "success" if count else "warning")
    return see_other(campaign_url(edition, campaign_id, "deliveries") + "?state=queued")


@blueprint.post("/deliveries/again")
@staff("organiser", "writer", "approver")
@refused_at("/desk/mail/e/{edition_slug}/campaigns/{campaign_id}/deliveries")
def send_deliveries_again(edition_slug: str, campaign_id: UUID) -> ResponseReturnValue:
    """Send once more to the people chosen by name."""
    chosen = [UUID(value) for value in request.form.getlist("delivery") if UUID_TEXT.fullmatch(value)]
    with tools().database.transaction() as session:
        edition = desk_edition(session, edition_slug)
        count = send_again(
            session,
            campaign_id=campaign_id,
            edition_id=edition.id,
            delivery_ids=chosen,
            deed=my_deed(),
        )
    sentence = _n("Sent once more to %(num)s person.", "Sent once more to %(num)s people.", count)
    flash_message(sentence, "success" if count else "warning")
    return see_other(campaign_url(edition, campaign_id))
