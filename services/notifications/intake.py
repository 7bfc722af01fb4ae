"""Takes in what comes back, reads it, and acts upon it: beside the postmen, in the process that carries notices."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from services.notifications.actions.returns import (
    give_up_on,
    has_room,
    keep_returned,
    next_returned,
    settle_returned,
)
from services.notifications.gateways.mailbox import Mailbox, MailboxUnreachable
from services.notifications.letters.composer import return_addresses
from shared.clock import now

if TYPE_CHECKING:
    from services.notifications.gateways.listening import Listener
    from services.notifications.rules.return_addresses import Ticket
    from services.notifications.settings import NotificationsSettings
    from shared.database import Database

log = logging.getLogger(__name__)

LOOKS_BACK: Final = timedelta(days=30)
"""What is older when a mailbox is looked into for the first time is of no more use."""
HEAD: Final = 200_000
"""In so many bytes of a message a ticket is looked for: it stands in a header, ours or the one sent back."""


class Intake:
    """Keeps what is brought, and settles what was kept."""

    def __init__(
        self, database: Database, settings: NotificationsSettings, *, clock: Callable[[], datetime] = now
    ) -> None:
        self._database = database
        self._settings = settings
        self._addresses = return_addresses(settings)
        self._clock = clock

    def admit(self, address: str) -> Ticket | None:
        """Return what ``address`` stands for while anything more may come to it."""
        ticket = self._addresses.read(address, now=self._clock())
        if ticket is None:
            return None
        with self._database.reading() as session:
            return ticket if has_room(session, ticket=ticket) else None

    def keep(self, raw: bytes, ticket: Ticket | None) -> None:
        """Write a message down for good."""
        with self._database.transaction() as session:
            keep_returned(session, raw=raw, ticket=ticket)

    def find(self, raw: bytes) -> Ticket | None:
        """Look in a message for a ticket of ours."""
        return self._addresses.search(raw[:HEAD].decode("ascii", "replace"), now=self._clock())

    def settle(self) -> int:
        """Read what was kept and act upon it; return how many messages that were. What cannot be read is set aside."""
        done = 0
        while True:
            waiting = None
            try:
                with self._database.transaction() as session:
                    waiting = next_returned(session)
                    if waiting is None:
                        return done
                    settle_returned(session, waiting, find=self.find, now=self._clock())
            except OperationalError:
                raise  # PostgreSQL is away: it is nobody's message's fault
            except Exception:
                log.exception("a mail that came back could not be read")
                if waiting is None:
                    return done
                with self._database.transaction() as session:
                    give_up_on(session, returned_id=waiting.id)
            done += 1

    def look_into_mailbox(self) -> int:
        """Keep what has come to the mailbox since the last look; return how many messages are new.

        Each is written down before the next is read, together with how far we are: a death in between loses nothing
        and doubles nothing. While somebody else looks nothing is done. Raises :class:`MailboxUnreachable`.
        """
        if self._settings.mail_box is None:
            return 0
        url = self._settings.mail_box.get_secret_value()
        name = hashlib.sha256(url.rpartition("@")[2].encode("utf-8")).hexdigest()
        kept = 0
        with self._database.transaction() as holding:
            free = "SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))"
            if not holding.execute(text(free), {"name": name}).scalar_one():
                return 0
            with Mailbox(url) as mailbox:
                last = self._place(name, mailbox.validity)
                for uid, raw in mailbox.after(last, since=self._clock() - LOOKS_BACK):
                    kept += self._keep_numbered(name, uid, raw)
        return kept

    def _place(self, name: str, validity: int) -> int:
        with self._database.transaction() as session:
            return int(session.execute(_PLACE, {"name": name, "validity": validity}).scalar_one())

    def _keep_numbered(self, name: str, uid: int, raw: bytes) -> bool:
        with self._database.transaction() as session:
            kept = keep_returned(session, raw=raw, ticket=None)
            session.execute(_REACHED, {"name": name, "uid": uid})
        return kept


_PLACE: Final = text("""
INSERT INTO notifications.mailbox_place AS p (mailbox, validity) VALUES (:name, :validity)
ON CONFLICT (mailbox) DO UPDATE SET validity = :validity,
    last_uid = CASE WHEN p.validity = :validity THEN p.last_uid ELSE 0 END
RETURNING last_uid""")
_REACHED: Final = text("UPDATE notifications.mailbox_place SET last_uid = :uid, read_at = now() WHERE mailbox = :name")


def listener_for(intake: Intake, url: str) -> Listener:
    """Return what listens at ``url`` and hands over to ``intake``; it has not begun yet."""
    from services.notifications.gateways.listening import Listener

    return Listener(url, admit=intake.admit, keep=intake.keep)


def take_in(database: Database, settings: NotificationsSettings, stopping: Callable[[], bool]) -> None:
    """Listen and look into the mailbox, where the settings say so, until ``stopping``."""
    intake = Intake(database, settings)
    listener = listener_for(intake, settings.mail_listen) if settings.mail_listen else None
    try:
        _take_in(intake, listener, settings.mail_box_seconds, stopping)
    finally:
        if listener is not None:
            listener.stop()


def _take_in(intake: Intake, listener: Listener | None, seconds: float, stopping: Callable[[], bool]) -> None:
    while not stopping():
        try:
            if listener is not None:
                listener.start()
            intake.look_into_mailbox()
        except OSError as taken:
            log.warning("nothing can be taken in: %s", taken)
        except MailboxUnreachable as unreachable:
            log.warning("the mailbox cannot be read: %s", unreachable)
        except SQLAlchemyError as error:
            log.warning("the database is out of reach: %s", type(error).__name__)
        end = time.monotonic() + seconds
        while time.monotonic() < end and not stopping():
            time.sleep(min(seconds, 1.0))
