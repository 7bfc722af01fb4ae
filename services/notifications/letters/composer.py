"""Turns one delivery into the bytes that leave: the compiled letter, the person's values, links signed just now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol
from uuid import UUID

from services.notifications.letters.compiling import UNSUBSCRIBE, Letters
from services.notifications.letters.headers import Composed, wire_address
from services.notifications.letters.links import campaign_links, notice_link, unsubscribe_link
from services.notifications.letters.skeletons import Envelope
from services.notifications.rules.placeholders import CAMPAIGN_PLACEHOLDERS
from services.notifications.rules.words import Words
from shared.settings import Settings
from shared.tokens import Signer
from shared.words.formats import country_name, format_range
from shared.words.languages import use_locale

TEST = "campaign_test"
"""A draft mailed to its writer: about a campaign, but not one of its deliveries."""


class DeliveryToCompose(Protocol):
    """What is needed of one delivery."""

    @property
    def id(self) -> UUID: ...  # noqa: D102 - the ledger's columns
    @property
    def campaign_id(self) -> UUID | None: ...  # noqa: D102
    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def about_id(self) -> UUID | None: ...  # noqa: D102
    @property
    def address(self) -> str: ...  # noqa: D102
    @property
    def addressee(self) -> str: ...  # noqa: D102
    @property
    def locale(self) -> str: ...  # noqa: D102
    @property
    def fields(self) -> Mapping[str, Any]: ...  # noqa: D102


class Composer:
    """Composes mails. ``words`` looks a campaign's texts up, and is asked for every mail."""

    def __init__(self, settings: Settings, *, words: Callable[[UUID], Mapping[str, Words]]) -> None:
        self.letters = Letters(settings)
        self._words = words
        self._url = settings.public_url
        self._domain = settings.mail_domain
        self._signer = Signer(settings.secret_key.get_secret_value(), name="notifications")

    @property
    def sender(self) -> str:
        """The envelope's sender."""
        return self.letters.sender.address

    def compose(self, copy: DeliveryToCompose, now: datetime) -> Composed:
        """Return the wire address and the message. Raises ``Unmailable`` for an address no mail can carry."""
        recipient = wire_address(copy.address)
        if copy.campaign_id is not None:
            words = self._words(copy.campaign_id)[copy.locale]
            return Composed(recipient, self.compose_campaign(words, copy, recipient, now))
        if copy.kind == TEST and copy.about_id is not None:
            words = self._words(copy.about_id)[copy.locale]
            return Composed(recipient, self.compose_campaign(words, copy, recipient, now))
        link = notice_link(self._url, self._signer, kind=copy.kind, about_id=copy.about_id or copy.id)
        message = self.letters.notice(copy.kind, copy.locale).fill(
            {**copy.fields, "link": link},
            Envelope(copy.addressee, recipient, self._message_id(copy)),
            now=now,
        )
        return Composed(recipient, message)

    def compose_campaign(self, words: Words, copy: DeliveryToCompose, recipient: str, now: datetime) -> bytes:
        """Return one person's copy of a campaign mail in the language of ``words``."""
        unsubscribe = unsubscribe_link(self._url, self._signer, delivery_id=copy.id)
        fallbacks = {placeholder.name: placeholder.fallback for placeholder in CAMPAIGN_PLACEHOLDERS.values()}
        given = {name: str(value) for name, value in copy.fields.items() if value}
        if "country" in given:
            given["country"] = _country(given["country"], words.locale)
        return self.letters.campaign(words).fill(
            {**fallbacks, **given, **_same_for_all(words, self._url), UNSUBSCRIBE: unsubscribe},
            Envelope(copy.addressee, recipient, self._message_id(copy), unsubscribe_url=unsubscribe),
            now=now,
        )

    def _message_id(self, copy: DeliveryToCompose) -> str:
        return f"<{copy.id.hex}@{self._domain}>"


@lru_cache(maxsize=2048)
def _country(code: str, locale: str) -> str:
    with use_locale(locale):
        return country_name(code)


@lru_cache(maxsize=64)
def _same_for_all(words: Words, public_url: str) -> Mapping[str, str]:
    """Return the values that every recipient of these words gets."""
    with use_locale(words.locale):
        dates = format_range(words.starts_on, words.ends_on)
    links = campaign_links(public_url, edition_slug=words.edition_slug)
    return {"edition": words.edition, "place": words.place, "dates": dates, **links}
