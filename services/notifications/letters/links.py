"""Every link in a mail is built from the public address in the settings, and signed when the mail is sent."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from services.notifications.rules.notices import NOTICES
from shared.tokens import Signer

UNSUBSCRIBE_PURPOSE: Final = "unsubscribe"


def notice_link(public_url: str, signer: Signer, *, kind: str, about_id: UUID) -> str:
    """Return where the link of a notice leads; a token in it is stamped with the present second."""
    notice = NOTICES[kind]
    token = signer.sign(notice.purpose, about_id) if notice.purpose else ""
    return public_url + notice.path.format(id=about_id, token=token)


def unsubscribe_link(public_url: str, signer: Signer, *, delivery_id: UUID) -> str:
    """Return the opt-out link of one campaign mail: it names the delivery, so the person and the topic (RFC 8058)."""
    return f"{public_url}/mail/unsubscribe/{signer.sign(UNSUBSCRIBE_PURPOSE, delivery_id)}"


def campaign_links(public_url: str, *, edition_slug: str) -> dict[str, str]:
    """Return the values of the link placeholders; the same for everybody."""
    return {
        "my_page": f"{public_url}/me",
        "materials": f"{public_url}/materials",
        "edition_page": f"{public_url}/e/{edition_slug}",
    }
