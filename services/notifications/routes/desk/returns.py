"""What came back of an edition's mail, and who has to be told in another way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from flask import Blueprint, render_template, request

from services.notifications.actions.unreached import reopen_task, settle_task
from services.notifications.queries.returns import at_risk, count_returns, returns_of, tasks_of
from services.notifications.routes.editions import desk_edition
from services.notifications.views.wording import DELIVERY_STATES, LEFT_OUT, NOTICE_KINDS, REASONS, RETURNED
from shared.web.door.identity import my_deed
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.navigation import RETURNS
from shared.web.pages.refusing import refused_at
from shared.web.pages.tables import Column, Filter, read_table_query
from shared.words.sentences import _, _l

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("returns", __name__)

TELLERS: Final = ("organiser", "writer")
PAGE: Final = "/desk/mail/e/{edition_slug}/returns"
COLUMNS: Final = (
    Column("name", _l("Name"), kind="main"),
    Column("kind", _l("What came back")),
    Column("about", _l("Of which mail")),
    Column("said", _l("What was said")),
    Column("received_at", _l("When"), kind="date"),
)
KIND_FILTER: Final = Filter("kind", _l("What came back"), [(kind, words[0]) for kind, words in RETURNED.items()])


@blueprint.get(RETURNS.rule)
@RETURNS.opens
def show_returns(edition_slug: str) -> str:
    """Show whom to tell, whom the next mail may not reach, and everything that came back."""
    query = read_table_query(request.args, columns=COLUMNS, default_sort="received_at", filters=(KIND_FILTER,))
    with tools().database.reading() as session:
        edition = desk_edition(session, edition_slug)
        kinds = query.chosen("kind")
        return render_template(
            "notifications/returns.html",
            edition=edition,
            base=PAGE.format(edition_slug=edition.slug),
            tasks=tasks_of(session, edition_id=edition.id),
            told=tasks_of(session, edition_id=edition.id, state="reached", limit=50),
            risks=at_risk(session, edition_id=edition.id),
            columns=COLUMNS,
            query=query,
            total=count_returns(session, edition_id=edition.id, kinds=kinds, search=query.search),
            rows=returns_of(
                session,
                edition_id=edition.id,
                kinds=kinds,
                search=query.search,
                limit=query.limit,
                offset=query.offset,
            ),
            returned=RETURNED,
            notice_kinds=NOTICE_KINDS,
            reasons=REASONS,
            left_out=LEFT_OUT,
            states=DELIVERY_STATES,
        )


@blueprint.post("/desk/mail/e/<edition_slug>/returns/<uuid:unreached_id>/told")
@staff(*TELLERS)
@refused_at(PAGE)
def note_told(edition_slug: str, unreached_id: UUID) -> ResponseReturnValue:
    """Note that the person has been told in another way."""
    with tools().database.transaction() as session:
        edition = desk_edition(session, edition_slug)
        settle_task(session, unreached_id=unreached_id, edition_id=edition.id, deed=my_deed())
    flash_message(_("Noted that they have been told."), "success")
    return see_other(PAGE.format(edition_slug=edition_slug))


@blueprint.post("/desk/mail/e/<edition_slug>/returns/<uuid:unreached_id>/not-told")
@staff(*TELLERS)
@refused_at(PAGE)
def take_back_told(edition_slug: str, unreached_id: UUID) -> ResponseReturnValue:
    """Take that back."""
    with tools().database.transaction() as session:
        edition = desk_edition(session, edition_slug)
        reopen_task(session, unreached_id=unreached_id, edition_id=edition.id, deed=my_deed())
    flash_message(_("They still have to be told."), "success")
    return see_other(PAGE.format(edition_slug=edition_slug))
