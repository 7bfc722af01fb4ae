"""Wires the background work of notifications into Celery: reactions, the postman, and the tidying of lapsed leases."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from services.notifications.actions.deliveries import (
    ClaimedBatch,
    claim_campaign_mail,
    claim_notices,
    record_results,
    settle_lapsed,
)
from services.notifications.actions.launches import finish_campaigns, withdraw_cancelled
from services.notifications.actions.notices import MAIL_QUEUE
from services.notifications.actions.sending import send_batch
from services.notifications.gateways.journal import Journal
from services.notifications.gateways.redis_journal import RedisJournal
from services.notifications.gateways.relay import Relay, RelayUnreachable
from services.notifications.gateways.smtp import SmtpRelay
from services.notifications.letters.composer import Composer
from services.notifications.queries.campaigns import campaigns_being_sent, words_of
from services.notifications.queries.deliveries import mail_waits
from services.notifications.reactions import reactions
from services.notifications.rules.words import Words
from services.notifications.settings import NotificationsSettings
from shared.clock import now
from shared.reacting import add_react_task, database_of_worker
from shared.tasks import heard_bell

if TYPE_CHECKING:
    from celery import Celery
    from redis import Redis

    from shared.database import Bell, Database

log = logging.getLogger(__name__)

ROUND_SECONDS: Final = 10.0
"""How long one task carries mail before it lets another in; it ends well within a task's 60 s."""
NOTICE_SENDERS: Final = 2


class Postman:
    """Carries mail from the ledger to the relay, notices always first."""

    def __init__(
        self,
        database: Database,
        settings: NotificationsSettings,
        *,
        journal: Journal,
        connect: Callable[[], Relay],
        call_another: Callable[[], None] = lambda: None,
        clock: Callable[[], datetime] = now,
    ) -> None:
        """``call_another`` wakes one more postman, when there is more to carry than one batch."""
        self._database = database
        self._settings = settings
        self._journal = journal
        self._connect = connect
        self._call_another = call_another
        self._clock = clock
        self._composer = Composer(settings, words=self._words)

    def _words(self, campaign_id: UUID) -> Mapping[str, Words]:
        with self._database.reading() as session:
            return words_of(session, campaign_id=campaign_id)

    def carry(self, *, seconds: float = ROUND_SECONDS) -> bool:
        """Send what is due for up to ``seconds``; return whether more waits.

        The relay is connected before anything is claimed: while it is away nothing is touched, for a day if need be.
        """
        with self._database.reading() as session:
            if not mail_waits(session, now=self._clock()):
                return False
        end = time.monotonic() + seconds
        try:
            relay = self._connect()
        except RelayUnreachable as error:
            log.warning("the mail relay cannot be reached: %s", error)
            return False
        called = False
        try:
            while relay.is_open and time.monotonic() < end:
                claim = self._claim()
                if claim is None:
                    return False
                if claim.found == self._settings.mail_batch and not called:
                    self._call_another()
                    called = True
                if self._send(claim, relay):
                    return False
            return True
        finally:
            relay.close()

    def _claim(self) -> ClaimedBatch | None:
        """Claim the next batch: notices if there are any, then campaigns in the order of their launch."""
        size = self._settings.mail_batch
        with self._database.transaction() as session:
            claim = claim_notices(session, limit=size, senders=NOTICE_SENDERS, now=self._clock())
        if claim:
            return claim
        with self._database.reading() as session:
            campaigns = campaigns_being_sent(session, now=self._clock())
        for campaign_id in campaigns:
            with self._database.transaction() as session:
                claim = claim_campaign_mail(
                    session,
                    campaign_id=campaign_id,
                    limit=size,
                    senders=self._settings.campaign_senders,
                    now=self._clock(),
                )
            if claim:
                return claim
        return None

    def _send(self, claim: ClaimedBatch, relay: Relay) -> bool:
        """Send one batch and write what became of it; return whether the relay is in trouble."""
        notes = self._journal.open(claim.token) if claim.deliveries else None
        try:
            results = send_batch(
                claim,
                relay=relay,
                sender=self._composer.sender,
                notes=notes,
                compose=self._composer.compose,
                now=self._clock,
            )
        finally:
            if notes:
                notes.close()
        with self._database.transaction() as session:
            record_results(session, token=claim.token, results=results, now=self._clock())
        if notes:
            self._journal.forget(claim.token)
        return any(result.relay_trouble for result in results)

    def tidy(self) -> int:
        """Settle what senders that disappeared left behind, and close campaigns that have nothing left to send."""
        with self._database.transaction() as session:
            settled = settle_lapsed(session, journal=self._journal, now=self._clock())
        with self._database.transaction() as session:
            withdraw_cancelled(session, now=self._clock())
            finish_campaigns(session, now=self._clock())
        return settled


def wire(celery: Celery, *, redis: Redis, bell: Bell) -> Database:
    """Add this service's tasks to ``celery``; return the database they work on."""
    settings, database = database_of_worker(NotificationsSettings, "notifications", bell=bell)
    add_react_task(celery, database, reactions, redis=redis)
    postman = Postman(
        database,
        settings,
        journal=RedisJournal(redis),
        connect=lambda: SmtpRelay(settings.smtp_url, local_name=settings.mail_domain),
        call_another=lambda: bell.ring(MAIL_QUEUE),
    )

    @celery.task(name=f"{MAIL_QUEUE}.react")
    def carry_mail() -> None:
        heard_bell(redis, MAIL_QUEUE)
        if postman.carry():
            bell.ring(MAIL_QUEUE)

    @celery.task(name=f"{MAIL_QUEUE}.tidy")
    def tidy_ledger() -> None:
        if postman.tidy():
            bell.ring(MAIL_QUEUE)

    return database
