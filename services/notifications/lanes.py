"""What postmen do all day in their lane: carry, and sleep until somebody calls or two seconds are over.

Beside those who carry notices somebody writes them, by reacting to what notifications hears: a sign-in link waits
neither for the worker's other tasks nor for mail that is being carried; and somebody keeps order among all lanes. Redis
only wakes. While it is away everybody looks by themselves.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from services.notifications.actions.launches import finish_campaigns, withdraw_cancelled
from services.notifications.actions.notices import CAMPAIGN_QUEUE, MAIL_QUEUE
from services.notifications.actions.relays import know_relays
from services.notifications.actions.settling import dead_senders, settle_dead
from services.notifications.gateways.local_notes import LocalNotes
from services.notifications.gateways.smtp import SmtpRelay
from services.notifications.intake import Intake
from services.notifications.postman import IDLE_SECONDS, Postman
from services.notifications.queries.deliveries import mail_waits
from services.notifications.reactions import reactions
from shared.clock import now
from shared.doors import AtTheDoor, connect_redis
from shared.hearing import react_at_door

if TYPE_CHECKING:
    from uuid import UUID

    from services.notifications.rules.troubles import Lane
    from services.notifications.settings import NotificationsSettings, RelayPlan
    from shared.database import Database

log = logging.getLogger(__name__)

GRACE_SECONDS: Final = 3.0
"""A sender whose line broke is given so long to come back and record what it did."""
DOORS: Final = {"notices": MAIL_QUEUE, "campaigns": CAMPAIGN_QUEUE}


class Caretaker:
    """Settles what senders left behind that died, and closes campaigns that have nothing left to send."""

    def __init__(self, database: Database, local_notes: LocalNotes, *, grace: float = GRACE_SECONDS) -> None:
        self._database = database
        self._local_notes = local_notes
        self._grace = grace
        self._missed: dict[UUID, float] = {}

    def tidy(self) -> int:
        """Do what there is to do; return how many deliveries were settled."""
        with self._database.transaction() as session:
            dead = dead_senders(session)
        moment = time.monotonic()
        self._missed = {token: self._missed.get(token, moment) for token in dead}
        for_good = [token for token, since in self._missed.items() if moment - since >= self._grace]
        settled = 0
        if for_good:
            with self._database.transaction() as session:
                settled = settle_dead(session, tokens=for_good, on_wire=self._local_notes.on_wire)
            for token in for_good:
                self._local_notes.forget(token)
        with self._database.transaction() as session:
            withdraw_cancelled(session, now=now())
            finish_campaigns(session, now=now())
        return settled


def live_in_lane(
    lane: Lane,
    *,
    database: Database,
    settings: NotificationsSettings,
    stopping: Callable[[], bool],
    alive: Callable[[float], None],
) -> None:
    """Carry the mail of a lane until ``stopping``. ``alive`` is told for how many seconds not to worry."""
    bell = AtTheDoor(connect_redis(settings.redis_url), DOORS[lane])
    local_notes = LocalNotes(settings.mail_notes_path)

    def still_here() -> bool:
        alive(ANSWER_SECONDS)
        return stopping()

    def connect(plan: RelayPlan) -> SmtpRelay:
        alive(CONNECT_SECONDS)
        return SmtpRelay(plan.url, local_name=settings.mail_domain, stopping=still_here)

    idle_since = time.monotonic()
    postman = Postman(database, settings, lane=lane, local_notes=local_notes, connect=connect, stopping=still_here)
    while not still_here() and (lane == "notices" or time.monotonic() - idle_since < STAY_SECONDS):
        rest = IDLE_SECONDS
        try:
            if lane == "notices" or waits(database, lane):
                rest, idle_since = min(rest, postman.carry()), time.monotonic()
        except SQLAlchemyError as error:
            log.warning("the database is out of reach: %s", type(error).__name__)
        if rest and not still_here():
            bell.wait(rest)
    postman.close()


def introduce_relays(database: Database, settings: NotificationsSettings) -> None:
    """Write down which mail servers there are, so that others know when all of them are in trouble."""
    hosts = {plan.name: (plan.priority, urlsplit(plan.url).hostname or "") for plan in settings.relays}
    try:
        with database.transaction() as session:
            know_relays(session, hosts=hosts)
    except SQLAlchemyError as error:
        log.warning("the database is out of reach: %s", type(error).__name__)


def write_notices(
    *,
    database: Database,
    settings: NotificationsSettings,
    stopping: Callable[[], bool],
    alive: Callable[[float], None],
    after_death: bool,
) -> None:
    """Write the notices that facts ask for until ``stopping``. ``after_death``: one of them may have killed us."""
    react_at_door(
        database,
        reactions,
        redis_url=settings.redis_url,
        now=now,
        stopping=stopping,
        alive=partial(alive, ANSWER_SECONDS),
        after_death=after_death,
    )


def waits(database: Database, lane: Lane) -> bool:
    """Say whether there is anything to carry."""
    with database.reading() as session:
        return mail_waits(session, lane=lane)


def keep_order(
    *,
    database: Database,
    settings: NotificationsSettings,
    stopping: Callable[[], bool],
    alive: Callable[[float], None],
    ring: Callable[[], None],
) -> None:
    """Call those who carry campaigns whenever there is something for them, and tidy up every second."""
    bell = AtTheDoor(connect_redis(settings.redis_url), CAMPAIGN_QUEUE)
    caretaker = Caretaker(database, LocalNotes(settings.mail_notes_path))
    intake = Intake(database, settings)
    introduce_relays(database, settings)
    tidied = 0.0
    while not stopping():
        alive(ANSWER_SECONDS)
        try:
            if waits(database, "campaigns"):
                ring()
            if time.monotonic() - tidied > IDLE_SECONDS / 2:
                caretaker.tidy()
                intake.settle()
                tidied = time.monotonic()
        except SQLAlchemyError as error:
            log.warning("the database is out of reach: %s", type(error).__name__)
        bell.wait(IDLE_SECONDS / 2)


STAY_SECONDS: Final = 5.0
"""For how long somebody who carries campaigns stays when there is nothing to do."""
ANSWER_SECONDS: Final = 60.0
"""A sender looks round every second; one that does not for a minute is stuck or stopped."""
CONNECT_SECONDS: Final = 1500.0
"""Greeting, encryption and login may each take five minutes (RFC 5321, 4.5.3.2.1)."""
