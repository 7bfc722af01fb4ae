"""Addresses that mail comes back to, each good for one delivery and one purpose (VERP).

``returns+b<token>@…`` is where mail servers report to, ``returns+u<token>@…`` where a mail program unsubscribes. The
token is the delivery's id and a proof that we wrote it, in letters that survive being put into lower case. A delivery's
id is a UUIDv7, so a token knows its age.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, get_args
from uuid import UUID

Purpose = Literal["b", "u"]
"""What comes back to the address: reports, replies and the like; or the wish to get no more on a topic."""

LASTS: Final = timedelta(days=120)
"""Reports come within days; who answers a mail of last winter is asked to write anew."""
_ID: Final = 16
_PROOF: Final = 9
_TOKEN: Final = re.compile(r"(?<![a-z0-9])([bu])([a-z2-7]{40})(?![a-z0-9])", re.IGNORECASE)


@dataclass(frozen=True)
class Ticket:
    """A token that is ours: for which delivery, and what for."""

    purpose: Purpose
    delivery_id: UUID


@dataclass(frozen=True)
class ReturnAddresses:
    """Makes and reads such addresses. ``mailbox`` is ``local@domain``; ``key`` is at least 32 bytes."""

    mailbox: str
    key: bytes

    def address(self, purpose: Purpose, delivery_id: UUID) -> str:
        """Return the address; its local part is at most 64 characters long where the mailbox's has at most 22."""
        local, _, domain = self.mailbox.rpartition("@")
        return f"{local}+{self.token(purpose, delivery_id)}@{domain}"

    def token(self, purpose: Purpose, delivery_id: UUID) -> str:
        """Return the 41 letters and digits that stand for a delivery."""
        packed = delivery_id.bytes + self._proof(purpose, delivery_id.bytes)
        return purpose + base64.b32encode(packed).decode("ascii").lower()

    def read(self, address: str, *, now: datetime) -> Ticket | None:
        """Return what ``address`` stands for; None when it is forged, another's, or older than :data:`LASTS`.

        Of the rest of the address nothing counts: relays rewrite domains and put their own marks in front (BATV).
        """
        return self.search(address.rpartition("@")[0], now=now)

    def search(self, text: str, *, now: datetime) -> Ticket | None:
        """Return the first ticket of ours somewhere in ``text``, such as the header of a mail that came back."""
        tickets = (self._ticket(found[0], now) for found in _TOKEN.finditer(text))
        return next((ticket for ticket in tickets if ticket is not None), None)

    def _ticket(self, token: str, now: datetime) -> Ticket | None:
        try:
            packed = base64.b32decode(token[1:].upper())
        except binascii.Error:
            return None
        name, proof = packed[:_ID], packed[_ID:]
        [purpose] = [known for known in get_args(Purpose) if known == token[0].lower()]
        if not hmac.compare_digest(proof, self._proof(purpose, name)):
            return None
        delivery_id = UUID(bytes=name)
        return Ticket(purpose, delivery_id) if now - made_at(delivery_id) < LASTS else None

    def _proof(self, purpose: Purpose, name: bytes) -> bytes:
        return hmac.digest(self.key, b"return " + purpose.encode("ascii") + name, hashlib.sha256)[:_PROOF]


def made_at(id_: UUID) -> datetime:
    """Return the moment in a UUIDv7 (RFC 9562, 5.7)."""
    return datetime.fromtimestamp((id_.int >> 80) / 1000, UTC)
