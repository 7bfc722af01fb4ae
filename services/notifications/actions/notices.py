from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Interval, bindparam, func
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

_COLUMNS: Final = (
    *("id", "person_id", "edition_id", "kind", "idempotency_key", "about_id"),
    *("address", "addressee", "locale", "fields", "created_at"),
)
_QUEUE: Final = (
    insert(Delivery)
    .values(
        {name: bindparam(name) for name in _COLUMNS}
        | {"useless_after": func.clock_timestamp() + bindparam("useful", type_=Interval)}
    )
    .on_conflict_do_nothing(constraint="uq_delivery_idempotency_key")
)
"""Put together once. A notice that stays useful has no end: adding no interval to a moment gives none."""


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
    session.connection().execute(
        _QUEUE,
        {
            "id": new_id(),
            "person_id": recipient.person_id,
            "edition_id": edition_id,
            "kind": kind,
            "idempotency_key": f"{kind}:{cause}",
            "about_id": about_id,
            "address": recipient.address,
            "addressee": recipient.name,
            "locale": locale or recipient.locale,
            "fields": dict(fields),
            "useful": useful,
            "created_at": now,
        },
    )
    ring_after_commit(session, (MAIL_QUEUE,))
