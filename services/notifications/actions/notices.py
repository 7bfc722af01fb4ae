from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.notifications.queries.recipients import Recipient
from services.notifications.rules.notices import NOTICES
from shared.outbox import ring_after_commit
from shared.schema.base import new_id
from shared.schema.notifications.deliveries import Delivery

MAIL_QUEUE = "mail"
"""Wakes the postmen that carry notices."""
CAMPAIGN_QUEUE = "campaigns"
"""Wakes those that carry campaigns."""


def queue_notice(
    session: Session,
    *,
    kind: str,
    cause: UUID,
    recipient: Recipient,
    about_id: UUID,
    edition_id: UUID | None,
    fields: Mapping[str, str],
    locale: str | None = None,
    now: datetime,
) -> None:
    """Put one notice into the ledger and ring for the postman after the commit.

    It is written in ``locale``, else in the recipient's language. ``cause`` is the fact's id: a second call for the
    same kind and cause changes nothing. When it is due is PostgreSQL's to say: the clocks of two machines differ.
    """
    useful = NOTICES[kind].useful if kind in NOTICES else None
    session.execute(
        insert(Delivery)
        .values(
            id=new_id(),
            person_id=recipient.person_id,
            edition_id=edition_id,
            kind=kind,
            idempotency_key=f"{kind}:{cause}",
            about_id=about_id,
            address=recipient.address,
            addressee=recipient.name,
            locale=locale or recipient.locale,
            fields=dict(fields),
            useless_after=func.clock_timestamp() + useful if useful else None,
            created_at=now,
        )
        .on_conflict_do_nothing(constraint="uq_delivery_idempotency_key")
    )
    ring_after_commit(session, (MAIL_QUEUE,))
