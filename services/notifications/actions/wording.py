"""What was previewed is what is sent: a campaign whose words have changed since waits until somebody agrees."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.notifications.queries.campaigns import words_of
from services.notifications.rules.words import Words
from shared.schema.notifications.campaigns import AgreedText, Campaign


def fingerprint(words: Mapping[str, Words]) -> str:
    """Return a short text that differs when anything in the mails differs, such as the place or the dates."""
    said = "\0".join(repr(words[locale]) for locale in sorted(words))
    return hashlib.sha256(said.encode()).hexdigest()


def agree_on_words(session: Session, *, campaign_id: UUID) -> int:
    """Take what the campaign says at this moment for what is to be sent; return the version that is kept of it."""
    words = words_of(session, campaign_id=campaign_id)
    seen = fingerprint(words)
    version = session.execute(_AGREE, {"id": campaign_id, "seen": seen}).scalar_one()
    kept = [
        {"campaign_id": campaign_id, "version": version, "locale": locale, "words": said.to_keep()}
        for locale, said in words.items()
    ]
    if kept:
        session.execute(insert(AgreedText).on_conflict_do_nothing(), kept)
    return int(version)


_AGREE: Final = text("""
UPDATE notifications.campaign SET words_changed = false, words_seen = CAST(:seen AS varchar),
    words_version = words_version
        + CASE WHEN words_seen = CAST(:seen AS varchar) AND words_version > 0 THEN 0 ELSE 1 END
WHERE id = :id RETURNING words_version""")


def words_agreed(session: Session, *, campaign_id: UUID, words: Mapping[str, Words]) -> int | None:
    """Return the version of ``words`` if they are what somebody agreed to; else hold the campaign until somebody does.

    What an earlier version of this program launched has no version yet, and gets one.
    """
    seen, version = session.execute(
        select(Campaign.words_seen, Campaign.words_version).where(Campaign.id == campaign_id)
    ).one()
    if seen is None or (seen == fingerprint(words) and not version):
        return agree_on_words(session, campaign_id=campaign_id)
    if seen == fingerprint(words):
        return int(version)
    session.execute(_HOLD, {"id": campaign_id})
    return None


_HOLD: Final = text("""
UPDATE notifications.campaign SET words_changed = true WHERE id = (
    SELECT id FROM notifications.campaign WHERE id = :id AND state = 'sending' FOR UPDATE SKIP LOCKED)""")
"""Whoever holds the row is pausing or cancelling it, and may be waiting for deliveries that this sender holds."""


FRESH_SECONDS: Final = 1.0


class AgreedWords:
    """The words of the campaign that a sender is busy with, as they were agreed on; compared anew every second."""

    def __init__(self) -> None:
        self._known: tuple[UUID, float, Mapping[str, Words], int] | None = None

    def version(self, session: Session, campaign_id: UUID) -> int | None:
        """Have the words of a campaign at hand; return their version, None unless they are what somebody agreed to."""
        if self._known is None or self._known[0] != campaign_id or self._known[1] < time.monotonic():
            words = words_of(session, campaign_id=campaign_id)
            version = words_agreed(session, campaign_id=campaign_id, words=words)
            until = time.monotonic() + FRESH_SECONDS
            self._known = None if version is None else (campaign_id, until, words, version)
        return None if self._known is None else self._known[3]

    def of(self, campaign_id: UUID) -> Mapping[str, Words] | None:
        """Return the words that were found to be agreed on."""
        return self._known[2] if self._known is not None and self._known[0] == campaign_id else None
