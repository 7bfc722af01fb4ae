"""The mails that facts cause: service mail, in the person's language, with no opt-out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final


@dataclass(frozen=True)
class Notice:
    """One kind of notice.

    ``path`` is where its link leads: ``{id}`` is what the notice is about, ``{token}`` that id signed for ``purpose``
    when the mail is sent. ``useful`` is how long after the fact the mail is still worth sending.
    """

    kind: str
    path: str
    purpose: str | None = None
    useful: timedelta | None = None


NOTICES: Final = {
    notice.kind: notice
    for notice in (
        Notice("address_proof", "/proofs/{token}", purpose="proof", useful=timedelta(days=3)),
        Notice("sign_in", "/sign-in/{token}", purpose="sign-in", useful=timedelta(minutes=10)),
        Notice(
            "staff_invitation",
            "/staff/invitations/{token}",
            purpose="staff-invitation",
            useful=timedelta(days=3),
        ),
        Notice("application_received", "/me"),
        Notice("application_withdrawn", "/me"),
        Notice("decision_reserve", "/me"),
        Notice("decision_decline", "/me"),
        Notice("offer_made", "/me/offers/{id}"),
        Notice("offer_accepted", "/me"),
        Notice("offer_declined", "/me"),
        Notice("offer_expired", "/me"),
        Notice("reader_ready", "/materials"),
    )
}

VALUES: Final = ("name", "edition", "place", "dates", "deadline", "link")
"""What a notice's text may use; the same for all kinds, so that one frame serves them."""
