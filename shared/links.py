"""Every link that our mails carry: where it leads, who signs it, how long it works; read by who mails and who redeems.

What has ``{token}`` in its path opens something by itself, so it is signed, works for a time, and is redeemed by one
route. The others lead to pages that ask who is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

ALWAYS: Final = timedelta.max
"""How long an opt-out works: as long as somebody keeps the mail (RFC 8058)."""


@dataclass(frozen=True)
class MailedLink:
    """A page that mails lead to; ``path`` has places to fill in braces."""

    purpose: str
    path: str

    def address(self, public_url: str, **parts: object) -> str:
        """Return the link below ``public_url`` with its places filled in."""
        return public_url + self.path.format(**parts)


@dataclass(frozen=True)
class SignedLink(MailedLink):
    """A link that opens something by itself, for ``lasts`` after it was signed by one of ``signed_by``."""

    signed_by: frozenset[str]
    lasts: timedelta
    shows: bool = False
    """It only shows something. All others change something, so that they are redeemed by a button."""

    @property
    def rule(self) -> str:
        """The path as the route that redeems it declares it."""
        return self.path.replace("{token}", "<token>")


PROOF: Final = SignedLink("proof", "/proofs/{token}", frozenset({"notifications"}), timedelta(days=3))
SAVED_FORM: Final = SignedLink(
    "saved-form", "/apply/continue/{token}", frozenset({"notifications"}), timedelta(days=30)
)
"""As long as a half-filled form is kept."""
SIGN_IN: Final = SignedLink("sign-in", "/sign-in/{token}", frozenset({"notifications"}), timedelta(minutes=10))
"""Ten minutes and once: OWASP ASVS 5.0, 6.5.5."""
STAFF_INVITATION: Final = SignedLink(
    "staff-invitation",
    "/staff/invitations/{token}",
    frozenset({"notifications", "stack"}),  # the launcher prints the first organiser's
    timedelta(days=3),
)
UNSUBSCRIBE: Final = SignedLink("unsubscribe", "/mail/unsubscribe/{token}", frozenset({"notifications"}), ALWAYS)
READ_MAIL: Final = SignedLink("read-mail", "/mail/read/{token}", frozenset({"notifications"}), ALWAYS, shows=True)
"""A campaign mail as a page, for mail programs that show it badly."""
MY_PAGE: Final = MailedLink("my-page", "/me")
OFFER: Final = MailedLink("offer", "/me/offers/{id}")
ASKED: Final = MailedLink("asked", "/me/applications/{id}/asked")
MATERIALS: Final = MailedLink("materials", "/materials")
EDITION: Final = MailedLink("edition", "/e/{slug}")
SECURITY: Final = MailedLink("security", "/staff/security")
DELIVERY: Final = MailedLink("delivery", "/desk/mail/deliveries/{id}")
TOKENS: Final = MailedLink("tokens", "/desk/tokens")

LINKS: Final = {
    link.purpose: link
    for link in (
        PROOF,
        SAVED_FORM,
        SIGN_IN,
        STAFF_INVITATION,
        UNSUBSCRIBE,
        READ_MAIL,
        MY_PAGE,
        OFFER,
        ASKED,
        MATERIALS,
        EDITION,
        SECURITY,
        TOKENS,
        DELIVERY,
    )
}
