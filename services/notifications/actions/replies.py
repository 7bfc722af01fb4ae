"""Answers of humans to our mails: passed on to the human who answers for the edition."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notifications.actions.notices import queue_notice
from services.notifications.queries.recipients import Recipient
from services.notifications.rules.returns import Returned
from shared.editions import editions_by_id
from shared.words.languages import SOURCE_LANGUAGE

MOST_PASSED_ON: Final = 5
"""Of one mail; who writes more has the human's own address by then."""

_ABOUT: Final = text("""
SELECT d.edition_id, d.person_id, d.addressee, d.address, (
    SELECT count(*) FROM notifications.delivery r WHERE r.kind = 'reply_received' AND r.about_id = d.id) AS passed_on
FROM notifications.delivery d WHERE d.id = :id""")


def pass_on(session: Session, *, delivery_id: UUID, reply: Returned, cause: UUID, now: datetime) -> None:
    """Mail an answer to the contact of the edition that the mail was about, as text, with the writer to answer to.

    An answer to such a mail itself is not passed on, nor is one about no edition: nobody is named for it.
    """
    about = session.execute(_ABOUT, {"id": delivery_id}).one()
    edition = editions_by_id(session, ids=[about.edition_id]).get(about.edition_id) if about.edition_id else None
    if edition is None or about.person_id is None or about.passed_on >= MOST_PASSED_ON:
        return
    queue_notice(
        session,
        kind="reply_received",
        cause=cause,
        recipient=Recipient(None, edition.contact, "", "", SOURCE_LANGUAGE, edition.time_zone),
        about_id=delivery_id,
        edition_id=edition.id,
        fields={
            "name": about.addressee,
            "edition": edition.name_in(SOURCE_LANGUAGE),
            "words": reply.text or reply.said,
            "from": reply.sender,
            "reply_to": reply.sender,
        },
        now=now,
    )
