"""The mail of one person; and one mail: what it said, what became of it, and what came back."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import Blueprint, Response, render_template, request

from services.notifications.errors import MailUnreadable
from services.notifications.letters.parts import parse, part
from services.notifications.queries.deliveries import delivery_at, edition_of_delivery
from services.notifications.queries.mails import count_mails_to, mails_to, source_of
from services.notifications.queries.people import names_of
from services.notifications.queries.returns import returns_of_delivery
from services.notifications.routes.desk.frames import as_frame, with_frames
from services.notifications.routes.editions import desk_edition
from services.notifications.settings import NotificationsSettings
from services.notifications.views.mails import sent_again
from services.notifications.views.wording import DELIVERY_STATES, NOTICE_KINDS, REASONS, RETURNED
from shared.clock import now
from shared.editions import editions_by_id
from shared.links import DELIVERY
from shared.web.door.policy import staff
from shared.web.door.tools import own_settings, tools
from shared.web.pages.tables import Column, read_table_query
from shared.words.sentences import _l

blueprint = Blueprint("deliveries", __name__)
settings = own_settings(blueprint, NotificationsSettings)

READERS: Final = ("organiser", "writer", "approver", "viewer")
MAIL: Final = DELIVERY.path.replace("{id}", "<uuid:delivery_id>")
COLUMNS: Final = (
    Column("what", _l("What it is"), kind="main"),
    Column("address", _l("Address")),
    Column("state", _l("State")),
    Column("created_at", _l("Written"), kind="date"),
    Column("settled_at", _l("When"), kind="date"),
)


@blueprint.get("/desk/mail/e/<edition_slug>/people/<uuid:person_id>")
@staff(*READERS)
def show_mail_of(edition_slug: str, person_id: UUID) -> str:
    """Show every mail of this edition to one person, the newest first."""
    query = read_table_query(request.args, columns=COLUMNS, default_sort="created_at")
    with tools().database.reading() as session:
        edition = desk_edition(session, edition_slug)
        return render_template(
            "notifications/mail_of_person.html",
            edition=edition,
            name=names_of(session, person_ids=[person_id]).get(person_id, ""),
            columns=COLUMNS,
            query=query,
            total=count_mails_to(session, person_id=person_id, edition_id=edition.id),
            rows=mails_to(session, person_id=person_id, edition_id=edition.id, limit=query.limit, offset=query.offset),
            states=DELIVERY_STATES,
            reasons=REASONS,
            notice_kinds=NOTICE_KINDS,
        )


@blueprint.get(MAIL)
@staff(*READERS, of=edition_of_delivery)
def show_delivery(delivery_id: UUID) -> Response:
    """Show what one mail said and its whole history."""
    with tools().database.reading() as session:
        delivery = delivery_at(session, delivery_id=delivery_id)
        source = source_of(session, delivery)
        message = sent_again(settings(), delivery, source, now())
        return with_frames(
            render_template(
                "notifications/delivery.html",
                delivery=delivery,
                edition=editions_by_id(session, ids=[delivery.edition_id]).get(delivery.edition_id),  # type: ignore[arg-type]
                message=None if message is None else parse(message),
                text=None if message is None else part(message, "plain"),
                kept=source is not None and source.kept,
                story=[
                    {
                        "at": one.received_at,
                        "title": RETURNED[one.kind or "unreadable"][0],
                        "text": f"{one.status} {one.said}".strip(),
                        "kind": RETURNED[one.kind or "unreadable"][1],
                    }
                    for one in returns_of_delivery(session, delivery_id=delivery_id)
                    if one.kind in RETURNED
                ],
                states=DELIVERY_STATES,
                reasons=REASONS,
                notice_kinds=NOTICE_KINDS,
            )
        )


@blueprint.get(f"{MAIL}/mail")
@staff(*READERS, of=edition_of_delivery)
def frame_delivery(delivery_id: UUID) -> Response:
    """Return the mail's HTML alone, for the frame; its links open nothing."""
    with tools().database.reading() as session:
        delivery = delivery_at(session, delivery_id=delivery_id)
        message = sent_again(settings(), delivery, source_of(session, delivery), now())
    if message is None:
        raise MailUnreadable
    return as_frame(part(message, "html"))
