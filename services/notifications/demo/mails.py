"""The notices of the demo's past: what its people were told at each step, as if it had been mailed then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_TOLD: Final = text("""
WITH told AS (
    SELECT f.id, f.at, f.edition_id, f.subject_id, f.person_id,
           CASE f.name WHEN 'ApplicationSubmitted' THEN 'application_received'
                       WHEN 'ApplicationWithdrawn' THEN 'application_withdrawn'
                       WHEN 'OfferMade' THEN 'offer_made'
                       WHEN 'OfferAccepted' THEN 'offer_accepted'
                       WHEN 'OfferDeclined' THEN 'offer_declined'
                       WHEN 'OfferExpired' THEN 'offer_expired'
                       WHEN 'DecisionReleased' THEN 'decision_' || (f.payload ->> 'outcome') END AS kind
    FROM outbox.fact f
    JOIN outbox.entry e ON e.fact_id = f.id AND e.subscriber = 'notifications' AND e.state = 'done'
)
INSERT INTO notifications.delivery
    (id, person_id, edition_id, kind, idempotency_key, about_id, address, addressee, locale, fields, state, attempts,
     reply_code, reply_text, not_before, created_at, first_tried_at, settled_at)
SELECT gen_random_uuid(), t.person_id, t.edition_id, t.kind, t.kind || ':' || t.id, t.subject_id, a.email, a.name,
       a.locale, '{}', 'sent', 1, 250, 'OK', t.at, t.at, t.at, t.at + interval '4 seconds'
FROM told t JOIN people.addressable a ON a.id = t.person_id
WHERE t.kind IS NOT NULL AND t.kind <> 'decision_accept'
ON CONFLICT DO NOTHING""")
"""An accept is told by its offer."""


def tell_past_mails(session: Session) -> None:
    """Write a delivery for each step of the past whose mail the demo did not send."""
    session.execute(_TOLD)
