"""Carries mail from the ledger to the relay: one sender in one lane, over one connection at a time."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from services.notifications.actions.deliveries import (
    ClaimedBatch,
    claim_campaign_mail,
    claim_notices,
    record_results,
    trust_again,
)
from services.notifications.actions.relays import (
    Held,
    held_up,
    note_complaint,
    note_content,
    note_recovery,
    note_trouble,
    pace_now,
    take_slot,
)
from services.notifications.actions.sending import Outcome, send_batch
from services.notifications.actions.wording import AgreedWords
from services.notifications.choosing import Choice, Connect
from services.notifications.gateways.line import Line, LineLost
from services.notifications.gateways.local_notes import LocalNotes
from services.notifications.gateways.relay import Relay
from services.notifications.letters.composer import Composer
from services.notifications.queries.campaigns import campaigns_being_sent, words_of
from services.notifications.queries.deliveries import mail_waits
from services.notifications.rules.pace import rest_after_complaints
from services.notifications.rules.retries import Settled
from services.notifications.rules.troubles import Lane, Refusals
from services.notifications.rules.words import Words
from shared.clock import now

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from services.notifications.settings import NotificationsSettings
    from shared.database import Database

log = logging.getLogger(__name__)

NOTICE_SENDERS: Final = 4
"""Everywhere together; each waits for its own relay answer, so that one slow answer does not hold up the others."""
CLAIM_SECONDS: Final = 0.1
"""A claim is as large as what was sent in so long: small where the relay is slow."""
IDLE_SECONDS: Final = 2.0
"""How often somebody looks who was not called."""
_OVER: Final = Held("closing", 0, timedelta(microseconds=1))  # its share is carried, or a better relay may take mail


class Postman:
    """Sends what is due in its lane. Between two calls of :meth:`carry` its line stays open, its relay does not."""

    def __init__(
        self,
        database: Database,
        settings: NotificationsSettings,
        *,
        lane: Lane,
        local_notes: LocalNotes,
        connect: Connect,
        open_line: Callable[[Database, Lane, LocalNotes], Line] = Line,
        stopping: Callable[[], bool] = lambda: False,
        clock: Callable[[], datetime] = now,
    ) -> None:
        """Date mails by ``clock``; whether one is due is PostgreSQL's to say."""
        self._database = database
        self._settings = settings
        self._lane: Lane = lane
        self._local_notes = local_notes
        self._choice = Choice(settings, lane, connect)
        self._new_line = open_line
        self._stopping = stopping
        self._clock = clock
        self._words = AgreedWords()
        self._composer = Composer(settings, words=self._words_of)
        self._places = NOTICE_SENDERS if lane == "notices" else settings.campaign_senders
        self._line: Line | None = None
        self._refusals = Refusals()
        self._size = 1
        self._complaints = 0
        self._taken: deque[float] = deque(maxlen=1000)
        self._limited = False
        self._fresh = True
        self._probe: Held | None = None
        self._done: list[Settled] = []
        """What became of the last batch, not yet recorded."""
        self._unwritten: tuple[UUID, list[Settled]] | None = None
        """What could not be recorded because PostgreSQL was away, and in whose name."""

    def carry(self, *, seconds: float = float("inf")) -> float:
        """Send what is due, for up to ``seconds``; return how many seconds later another look is worth while.

        The relay is connected before anything is claimed: while it is away nothing is touched, for days if need be.
        """
        try:
            line = self._open_line()
            if line is None:
                return IDLE_SECONDS
            return self._carry(line, time.monotonic() + seconds)
        except (SQLAlchemyError, LineLost) as error:
            log.warning("the ledger is out of reach: %s", type(error).__name__)
            self._drop_line()
            return IDLE_SECONDS / 2

    def close(self) -> None:
        """Sign off."""
        line, self._line = self._line, None
        if line is not None:
            line.close()

    def _open_line(self) -> Line | None:
        """Return the line, opened anew where it broke; None when there are enough senders without this one."""
        if self._line is None:
            line = self._new_line(self._database, self._lane, self._local_notes)
            if not line.take_place(places=self._places):
                return None
            self._line = line
        if self._unwritten is not None:
            token, results = self._unwritten
            with self._line.transaction() as session:
                record_results(session, token=token, results=results)
            self._unwritten = None
        return self._line

    def _drop_line(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            if self._done:
                self._unwritten, self._done = (line.id, self._done), []
            line.hang_up()

    def _carry(self, line: Line, end: float) -> float:
        choice = self._choice
        try:
            while not self._stopping() and time.monotonic() < end:
                if choice.relay is None or not choice.relay.is_open:
                    rest = self._reach_relay(line)
                    if choice.relay is None:
                        return rest
                claim, held, rest = self._claim(line)
                if claim is not None:
                    if self._send(line, claim, choice.relay, held):
                        choice.leave()  # another may take it; if none does, reaching one says how long to wait
                elif held is not None and held.rest:
                    choice.leave()
                elif not 0 < rest <= IDLE_SECONDS:
                    return rest or IDLE_SECONDS
                else:
                    time.sleep(rest)
            return 0.0
        finally:
            choice.leave()
            if self._done:
                with line.transaction() as session:
                    self._write(session, line)

    def _reach_relay(self, line: Line) -> float:
        """Connect if anything waits and a relay may be asked; else say how long not to ask again."""
        self._choice.leave()
        with line.transaction() as session:
            self._write(session, line)
            if not mail_waits(session, lane=self._lane):
                return IDLE_SECONDS
        self._probe, rest = self._choice.reach(line)
        self._fresh = True
        return rest

    def _claim(self, line: Line) -> tuple[ClaimedBatch | None, Held | None, float]:
        """Record what is done and claim what to send next, in one transaction; or say how long to wait."""
        plan = self._choice.plan
        with line.transaction() as session:
            self._write(session, line)
            held, self._probe = self._probe or held_up(session, lane=self._lane, relay=plan.name), None
            if held is not None and held.rest:
                return None, held, held.rest.total_seconds()
            if self._choice.is_better_due(session):
                return None, _OVER, 0.0
            per_second = pace_now(session, relay=plan.name, limit=plan.per_second)
            self._limited = per_second is not None
            if per_second is not None:
                if not mail_waits(session, lane=self._lane):
                    return None, held, 0.0
                wait = take_slot(session, relay=plan.name, per_second=per_second, lane=self._lane)
                if wait:
                    return None, held, wait.total_seconds()
            size = 1 if held is not None or per_second is not None else min(self._size, self._settings.mail_batch)
            if not (room := self._choice.room(session, size)):
                return None, _OVER, 0.0
            claim = self._claim_in_lane(session, line.id, room)
            return claim and self._choice.allotted(session, claim), held, 0.0

    def _claim_in_lane(self, session: Session, token: UUID, size: int) -> ClaimedBatch | None:
        if self._lane == "notices":
            return claim_notices(session, token=token, limit=size, relay=self._choice.plan.name)
        for campaign_id in campaigns_being_sent(session):
            version = self._words.version(session, campaign_id)
            if version is not None:
                claim = claim_campaign_mail(
                    session,
                    token=token,
                    campaign_id=campaign_id,
                    words_version=version,
                    limit=size,
                    relay=self._choice.plan.name,
                )
                if claim:
                    return claim
        return None

    def _words_of(self, campaign_id: UUID) -> Mapping[str, Words]:
        if (known := self._words.of(campaign_id)) is not None:
            return known
        with self._database.reading() as session:  # a test of a draft
            return words_of(session, campaign_id=campaign_id)

    def _send(self, line: Line, claim: ClaimedBatch, relay: Relay, held: Held | None) -> float:
        """Send a batch and learn from it; return how long to leave the relay alone."""

        def record_at_once(result: Settled) -> None:
            try:
                with line.transaction() as session:
                    record_results(session, token=line.id, results=[result])
            except SQLAlchemyError as error:
                raise LineLost(type(error).__name__) from error

        began = time.monotonic()
        outcome = send_batch(
            claim,
            relay=relay,
            notes=line,
            compose=self._composer.compose,
            refusals=self._refusals,
            now=self._clock,
            record_at_once=record_at_once,
            probing=held is not None,
            fresh=self._fresh,
        )
        self._done = outcome.results
        self._fresh = self._fresh and not outcome.taken
        if outcome.line_lost:
            raise LineLost
        self._fit_size(outcome, time.monotonic() - began)
        if outcome.taken and held is None and not (outcome.complaint or outcome.trouble or self._limited):
            self._complaints = 0
            return 0.0
        return self._learn(line, outcome, held)

    def _write(self, session: Session, line: Line) -> None:
        """Record what became of the last batch."""
        results, self._done = self._done, []
        if not results:
            return
        try:
            record_results(session, token=line.id, results=results)
            if self._lane == "notices":
                trust_again(session, delivery_ids=[one.delivery_id for one in results if one.state == "sent"])
        except SQLAlchemyError:
            self._done = results
            raise

    def _fit_size(self, outcome: Outcome, seconds: float) -> None:
        """Claim as many at once as were sent in :data:`CLAIM_SECONDS`."""
        if outcome.taken:
            self._taken.extend([time.monotonic()] * outcome.taken)
            fitting = round(outcome.taken * CLAIM_SECONDS / max(seconds, 0.001))
            self._size = max(1, min(fitting, 2 * self._size))

    def _learn(self, line: Line, outcome: Outcome, held: Held | None) -> float:
        """Write down what the batch taught about the relay; return how long to leave it alone."""
        relay = self._choice.plan.name
        with line.transaction() as session:
            if outcome.taken:
                self._complaints = 0
                if held is not None:
                    note_recovery(session, lane=self._lane, relay=relay)
            if outcome.complaint:
                self._complaints += 1
                lately = sum(moment > time.monotonic() - 1 for moment in self._taken)
                note_complaint(session, relay=relay, taken_lately=lately, rest=rest_after_complaints(self._complaints))
            elif outcome.trouble is not None:
                log.warning("the mail relay %s is in trouble: %s: %s", relay, outcome.trouble, outcome.said)
                rest = note_trouble(session, lane=self._lane, relay=relay, trouble=outcome.trouble, said=outcome.said)
                return rest.total_seconds()
            elif outcome.taken:
                note_content(session, relay=relay)
        return 0.0
