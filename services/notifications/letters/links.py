"""Every link in a mail is built from the public address in the settings, and signed when the mail is sent."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final
from uuid import UUID

from services.notifications.rules.notices import NOTICES
from shared.links import EDITION, MATERIALS, MY_PAGE, READ_MAIL, UNSUBSCRIBE, SignedLink

Sign = Callable[[SignedLink, UUID], str]
"""Returns the token of a link about an id."""

_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,30}:")
_MAILBOX: Final = re.compile(r"[^\s/?#@]+@[^\s/@]+\Z")
_HOST: Final = re.compile(r"(?:[\w-]{1,63}\.){1,8}(?!html?\b|pdf\b|php\b)[^\W\d]{2,63}(?::\d{1,5})?(?=[/?#]|$)")


def unsigned(_link: SignedLink, _subject: UUID) -> str:
    """Return what stands in place of a token where a mail is only looked at: it opens nothing."""
    return "***"


def notice_link(public_url: str, sign: Sign, *, kind: str, about_id: UUID) -> str:
    """Return where the link of a notice leads; a token in it is stamped with the present second."""
    link = NOTICES[kind].link
    if isinstance(link, SignedLink):
        return link.address(public_url, token=sign(link, about_id))
    return link.address(public_url, id=about_id)


def unsubscribe_link(public_url: str, sign: Sign, *, delivery_id: UUID) -> str:
    """Return the opt-out link of one campaign mail: it names the delivery, so the person and the topic (RFC 8058)."""
    return UNSUBSCRIBE.address(public_url, token=sign(UNSUBSCRIBE, delivery_id))


def page_link(public_url: str, sign: Sign, *, delivery_id: UUID) -> str:
    """Return where one campaign mail is read as a page."""
    return READ_MAIL.address(public_url, token=sign(READ_MAIL, delivery_id))


def campaign_links(public_url: str, *, edition_slug: str) -> dict[str, str]:
    """Return the values of the link placeholders; the same for everybody."""
    return {
        "my_page": MY_PAGE.address(public_url),
        "materials": MATERIALS.address(public_url),
        "edition_page": EDITION.address(public_url, slug=edition_slug),
    }


def whole_address(address: str, public_url: str) -> str:
    """Return a link that works in a mail: ``www.example.org`` gets a scheme, ``/materials`` our own host."""
    if _SCHEME.match(address):
        return address
    if address.startswith("//"):
        return "https:" + address
    if _MAILBOX.match(address):
        return "mailto:" + address
    if _HOST.match(address):
        return "https://" + address
    return public_url + "/" + address.removeprefix("/")
