"""What was previewed is what is sent: a campaign whose words have changed since waits until somebody agrees."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notifications.queries.campaigns import words_of
from services.notifications.rules.words import Words


def fingerprint(words: Mapping[str, Words]) -> str:
    """Return a short text that differs when anything in the mails differs, such as the place or the dates."""
    said = "\0".join(repr(words[locale]) for locale in sorted(words))
    return hashlib.sha256(said.encode()).hexdigest()


def agree_on_words(session: Session, *, campaign_id: UUID) -> None:
    """Take what the campaign says at this moment for what is to be sent."""
    session.execute(
        text("UPDATE notifications.campaign SET words_seen = :seen, words_changed = false WHERE id = :id"),
        {"id": campaign_id, "seen": fingerprint(words_of(session, campaign_id=campaign_id))},
    )


def words_agreed(session: Session, *, campaign_id: UUID, words: Mapping[str, Words]) -> bool:
    """Say whether ``words`` are what somebody agreed to; else hold the campaign until somebody does."""
    seen = session.execute(
        text("SELECT words_seen FROM notifications.campaign WHERE id = :id"), {"id": campaign_id}
    ).scalar_one()
    if seen is None:  # launched by an earlier version
        agree_on_words(session, campaign_id=campaign_id)
        return True
    if seen == fingerprint(words):
        return True
    session.execute(_HOLD, {"id": campaign_id})
    return False


_HOLD: Final = text("""
UPDATE notifications.campaign SET words_changed = true WHERE id = (
    SELECT id FROM notifications.campaign WHERE id = :id AND state = 'sending' FOR UPDATE SKIP LOCKED)""")
"""Whoever holds the row is pausing or cancelling it, and may be waiting for deliveries that this sender holds."""


FRESH_SECONDS: Final = 1.0


class AgreedWords:
    """The words of the campaign that a sender is busy with, as they were agreed on; compared anew every second."""

    def __init__(self) -> None:
        self._known: tuple[UUID, float, Mapping[str, Words]] | None = None

    def are_agreed(self, session: Session, campaign_id: UUID) -> bool:
        """Have the words of a campaign at hand; say whether they are what somebody agreed to."""
        if self._known is None or self._known[0] != campaign_id or self._known[1] < time.monotonic():
            words = words_of(session, campaign_id=campaign_id)
            agreed = words_agreed(session, campaign_id=campaign_id, words=words)
            self._known = (campaign_id, time.monotonic() + FRESH_SECONDS, words) if agreed else None
        return self._known is not None

    def of(self, campaign_id: UUID) -> Mapping[str, Words] | None:
        """Return the words that were found to be agreed on."""
        return self._known[2] if self._known is not None and self._known[0] == campaign_id else None
