"""Turns one delivery into the bytes that leave: the compiled letter, the person's values, links signed just now."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, Protocol
from uuid import UUID

from services.notifications.letters.compiling import PAGE, UNSUBSCRIBE, Letters
from services.notifications.letters.headers import Composed, split_mailbox, wire_address
from services.notifications.letters.links import Sign, campaign_links, notice_link, page_link, unsubscribe_link
from services.notifications.letters.signatures import Signatures, read_keys
from services.notifications.letters.skeletons import Head
from services.notifications.rules.notices import WRITTEN
from services.notifications.rules.placeholders import CAMPAIGN_PLACEHOLDERS
from services.notifications.rules.return_addresses import ReturnAddresses
from services.notifications.rules.words import Words
from services.notifications.settings import NotificationsSettings
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

    def __init__(
        self,
        settings: NotificationsSettings,
        *,
        words: Callable[[UUID], Mapping[str, Words]] = lambda _campaign_id: {},
        sign: Sign | None = None,
    ) -> None:
        """``sign`` makes the tokens of links, in place of this service's signature."""
        self.letters = Letters(settings)
        self._words = words
        self._url = settings.public_url
        self._domain = settings.mail_domain
        self._returns = return_addresses(settings)
        self._keys = settings.mail_dkim_keys
        self._goes_back = settings.mail_return is not None
        self._sign = sign or Signer(settings.secret_key.get_secret_value(), name="notifications").sign

    @cached_property
    def _signatures(self) -> Signatures:
        keys = read_keys(self._keys) if self._keys else ()  # who only shows mails needs none
        return Signatures(self.letters.sender.address.rpartition("@")[2], keys)

    def compose(self, copy: DeliveryToCompose, now: datetime) -> Composed:
        """Return the wire addresses and the message. Raises ``Unmailable`` for an address no mail can carry."""
        recipient, message = self._written(copy, now)
        sender = self._returns.address("b", copy.id) if self._goes_back else self._returns.mailbox
        return Composed(recipient, self._signatures.on(message, now), sender)

    def _written(self, copy: DeliveryToCompose, now: datetime) -> tuple[str, bytes]:
        """Return the wire address and the message before it is signed."""
        recipient = wire_address(copy.address)
        about_id = copy.about_id if copy.kind == TEST else copy.campaign_id
        if about_id is not None:
            return recipient, self.compose_campaign(self._words(about_id)[copy.locale], copy, recipient, now)
        return recipient, self.compose_notice(copy, recipient, now)

    def compose_notice(self, copy: DeliveryToCompose, recipient: str, now: datetime) -> bytes:
        """Return a notice before it is signed."""
        head = Head(copy.addressee, recipient, self._message_id(copy), reply_to=str(copy.fields.get("reply_to", "")))
        if copy.kind == WRITTEN:
            said = {part: str(copy.fields[part]) for part in ("subject", "body")}
            return self.letters.written(copy.locale, **said).fill({}, head, now=now)
        link = notice_link(self._url, self._sign, kind=copy.kind, about_id=copy.about_id or copy.id)
        return self.letters.notice(copy.kind, copy.locale).fill({**copy.fields, "link": link}, head, now=now)

    def compose_campaign(
        self, words: Words, copy: DeliveryToCompose, recipient: str, now: datetime, *, as_page: bool = False
    ) -> bytes:
        """Return one person's copy of a campaign mail in the language of ``words``; ``as_page`` links to no page."""
        unsubscribe = unsubscribe_link(self._url, self._sign, delivery_id=copy.id)
        page = "" if as_page else page_link(self._url, self._sign, delivery_id=copy.id)
        fallbacks = {placeholder.name: placeholder.fallback for placeholder in CAMPAIGN_PLACEHOLDERS.values()}
        given = {name: str(value) for name, value in copy.fields.items() if value}
        if "country" in given:
            given["country"] = _country(given["country"], words.locale)
        return self.letters.campaign(words, as_page=as_page).fill(
            {**fallbacks, **given, **_same_for_all(words, self._url), UNSUBSCRIBE: unsubscribe, PAGE: page},
            Head(
                copy.addressee,
                recipient,
                self._message_id(copy),
                reply_to=words.contact,
                unsubscribe_url=unsubscribe,
                unsubscribe_address=self._returns.address("u", copy.id) if self._goes_back else "",
            ),
            now=now,
        )

    def _message_id(self, copy: DeliveryToCompose) -> str:
        return f"<{self._returns.token('b', copy.id)}@{self._domain}>"


def return_addresses(settings: NotificationsSettings) -> ReturnAddresses:
    """Return who makes and reads return addresses. Without one of its own, mail goes back to the sender's mailbox."""
    key = hashlib.sha256(b"returns" + settings.secret_key.get_secret_value().encode("utf-8")).digest()
    mailbox = settings.mail_return or split_mailbox(settings.mail_from).address
    return ReturnAddresses(mailbox, key)


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
