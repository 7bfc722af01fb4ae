"""The addresses that campaigns leave out: put there by what came back, taken away by time or at the desk."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notifications.errors import SuppressionUnknown
from shared.deeds import Deed
from shared.facts.notifications import AddressReleased, AddressSuppressed
from shared.outbox import record
from shared.retention import delete_some
from shared.schema.base import new_id
from shared.schema.notifications.topics import Suppression

RUN_OUT_LASTS: Final = timedelta(days=365)
"""An address that can be written to again is looked up once more when it fails again."""
_SUPPRESS: Final = text("""
INSERT INTO notifications.suppression AS s (id, address, covers, reason, note, delivery_id, expires_at)
SELECT :id, lower(d.address), 'campaigns', :reason, :note, d.id, now() + CAST(:lasts AS interval)
FROM notifications.delivery d WHERE d.id = :delivery_id
ON CONFLICT (address) DO UPDATE
SET reason = excluded.reason, note = excluded.note, delivery_id = excluded.delivery_id,
    expires_at = excluded.expires_at, created_at = now()
WHERE s.covers = 'campaigns' AND s.reason <> 'asked'
    AND (s.reason <> 'complained' OR s.expires_at < now()) AND s.delivery_id IS DISTINCT FROM excluded.delivery_id
RETURNING s.id""")


def suppress_address(
    session: Session,
    *,
    delivery_id: UUID,
    person_id: UUID | None,
    reason: Literal["bounced", "complained"],
    note: str,
    lasts: timedelta | None,
    now: datetime,
) -> None:
    """Let campaigns leave out the address that a delivery went to, for ``lasts`` or for good.

    What a person wished, and a complaint, are not written over by a bounce.
    """
    values = {"id": new_id(), "delivery_id": delivery_id, "reason": reason, "note": note, "lasts": lasts}
    made = session.execute(_SUPPRESS, values).first()
    if made:
        fact = AddressSuppressed(suppression_id=made.id, person_id=person_id, reason=reason)
        record(session, fact, Deed(None, now))


def release_address(session: Session, *, suppression_id: UUID, deed: Deed) -> None:
    """Let mail go to an address again, from the next claim on; refuses with SuppressionUnknown."""
    statement = text("DELETE FROM notifications.suppression WHERE id = :id RETURNING id")
    if session.execute(statement, {"id": suppression_id}).first() is None:
        raise SuppressionUnknown
    record(session, AddressReleased(suppression_id=suppression_id), deed)


def prune_suppressions(session: Session, *, now: datetime, limit: int) -> int:
    """Delete at most ``limit`` suppressions that ran out long ago; return how many. A wish does not run out."""
    return delete_some(session, Suppression, Suppression.expires_at < now - RUN_OUT_LASTS, limit=limit)
