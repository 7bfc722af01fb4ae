"""A mail of the ledger put together once more: for staff with links that open nothing, for its reader as a page."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from services.notifications.letters.composer import Composer
from services.notifications.letters.headers import Unmailable, wire_address
from services.notifications.letters.links import unsigned
from services.notifications.letters.parts import part
from services.notifications.queries.mails import Source
from services.notifications.rules.notices import NOTICES, WRITTEN
from services.notifications.settings import NotificationsSettings
from shared.schema.notifications.deliveries import Delivery


@cache
def composer_of(told: NotificationsSettings) -> Composer:
    """Return what composes for eyes only; texts are handed to it, it looks nothing up."""
    return Composer(told)


@cache
def _staff_composer(told: NotificationsSettings) -> Composer:
    return Composer(told, sign=unsigned)


def sent_again(told: NotificationsSettings, delivery: Delivery, source: Source | None, now: datetime) -> bytes | None:
    """Return the message as it left but for its date, boundaries and links, which open nothing.

    None when nothing is left to make it of, or nobody could have been mailed at the address.
    """
    composer = _staff_composer(told)
    try:
        recipient = wire_address(delivery.address)
    except Unmailable:
        return None
    if source is not None:
        return composer.compose_campaign(source.words, delivery, recipient, delivery.settled_at or now)
    if delivery.kind in NOTICES or (delivery.kind == WRITTEN and "body" in delivery.fields):
        return composer.compose_notice(delivery, recipient, delivery.settled_at or now)
    return None


def as_page(told: NotificationsSettings, delivery: Delivery, source: Source, now: datetime) -> str:
    """Return the HTML of a campaign mail for the person it went to, with the links that were in it."""
    recipient = wire_address(delivery.address)
    message = composer_of(told).compose_campaign(source.words, delivery, recipient, now, as_page=True)
    return part(message, "html")
