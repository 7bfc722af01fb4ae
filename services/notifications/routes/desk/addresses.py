"""The addresses that mail does not go to, of the whole house: an address knows no editions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from flask import Blueprint, render_template, request

from services.notifications.actions.suppressions import release_address
from services.notifications.queries.returns import count_left_out, left_out
from services.notifications.views.wording import LEFT_OUT
from shared.web.door.identity import my_deed
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.navigation import ADDRESSES
from shared.web.pages.refusing import refused_at
from shared.web.pages.tables import Column, Filter, read_table_query
from shared.words.sentences import _, _l

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("addresses", __name__)

COLUMNS: Final = (
    Column("address", _l("Address"), kind="main"),
    Column("reason", _l("Why")),
    Column("note", _l("What was said")),
    Column("created_at", _l("Since"), kind="date"),
    Column("expires_at", _l("Until"), kind="date"),
    Column("release", _l("Release")),
)
REASON_FILTER: Final = Filter("reason", _l("Why"), [(reason, words[0]) for reason, words in LEFT_OUT.items()])


@blueprint.get(ADDRESSES.rule)
@ADDRESSES.opens
def show_addresses() -> str:
    """Show the addresses left out at this moment, the newest first."""
    query = read_table_query(request.args, columns=COLUMNS, default_sort="created_at", filters=(REASON_FILTER,))
    reasons = query.chosen("reason")
    with tools().database.reading() as session:
        return render_template(
            "notifications/addresses.html",
            columns=COLUMNS,
            query=query,
            total=count_left_out(session, reasons=reasons, search=query.search),
            rows=left_out(session, reasons=reasons, search=query.search, limit=query.limit, offset=query.offset),
            words=LEFT_OUT,
        )


@blueprint.post("/desk/mail/addresses/<uuid:suppression_id>/release")
@staff("organiser", everywhere=True)
@refused_at("/desk/mail/addresses")
def release(suppression_id: UUID) -> ResponseReturnValue:
    """Let mail go to the address again."""
    with tools().database.transaction() as session:
        release_address(session, suppression_id=suppression_id, deed=my_deed())
    flash_message(_("Mail goes to this address again."), "success")
    return see_other(ADDRESSES.rule)
