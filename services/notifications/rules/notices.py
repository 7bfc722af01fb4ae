"""The mails that facts cause: service mail, in the person's language, with no opt-out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from shared.links import (
    ASKED,
    DELIVERY,
    MATERIALS,
    MY_PAGE,
    OFFER,
    PROOF,
    SAVED_FORM,
    SECURITY,
    SIGN_IN,
    STAFF_INVITATION,
    TOKENS,
    MailedLink,
    SignedLink,
)


@dataclass(frozen=True)
class Notice:
    """One kind of notice. Its link is about what the notice is about; a token in it is signed when the mail is sent."""

    kind: str
    link: MailedLink
    matters: bool = False
    """Somebody has to tell the person in another way when it does not arrive."""

    @property
    def useful(self) -> timedelta | None:
        """How long after the fact the mail is still worth sending: as long as its link works."""
        return self.link.lasts if isinstance(self.link, SignedLink) else None


NOTICES: Final = {
    notice.kind: notice
    for notice in (
        Notice("address_proof", PROOF),
        Notice("form_saved", SAVED_FORM),
        Notice("sign_in", SIGN_IN),
        Notice("staff_invitation", STAFF_INVITATION),
        Notice("token_made", TOKENS),
        Notice("passphrase_changed", SECURITY),
        Notice("authenticator_changed", SECURITY),
        Notice("account_reset", SECURITY),
        Notice("new_browser", SECURITY),
        Notice("application_received", MY_PAGE),
        Notice("application_withdrawn", MY_PAGE),
        Notice("information_requested", ASKED, matters=True),
        Notice("decision_reserve", MY_PAGE, matters=True),
        Notice("decision_decline", MY_PAGE, matters=True),
        Notice("offer_made", OFFER, matters=True),
        Notice("offer_ending", OFFER, matters=True),
        Notice("offer_accepted", MY_PAGE, matters=True),
        Notice("offer_declined", MY_PAGE),
        Notice("offer_expired", MY_PAGE, matters=True),
        Notice("place_given_up", MY_PAGE),
        Notice("reader_ready", MATERIALS),
        Notice("reply_received", DELIVERY),
    )
}

WRITTEN: Final = "written"
"""A notice whose words came by API; it has no link of ours and no template."""

VALUES: Final = ("name", "edition", "place", "dates", "deadline", "moment", "words", "from", "link")
"""What a notice's text may use; the same for all kinds, so that one frame serves them."""
