"""A sender's own line to PostgreSQL: its lock says that the sender lives, and notes say what may be on the wire.

One session does everything, so its end is the end of the sender: PostgreSQL first does what it was told, then lets the
lock go. Whoever can take the lock may judge what the sender left, at once and without a clock.

A note in PostgreSQL is flushed to its disk and waited for before the first message it is about leaves. It is about one
message where the relay takes its time, and about as many as go out in :data:`NOTED_SECONDS` where it is quick. Which of
those it was is in :mod:`local_notes`. Between two messages the sender looks whether it is called back.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, cast
from uuid import UUID

from psycopg import Error, pq
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from services.notifications.gateways.local_notes import LocalNotes, checksum
from services.notifications.rules.troubles import Lane
from shared.schema.base import new_id

if TYPE_CHECKING:
    from psycopg import Connection

    from shared.database import Database

NOTED_SECONDS: Final = 0.02
MOST_NOTED: Final = 20
CALL_BACK: Final = "call_back"
"""The channel on which PostgreSQL tells senders that something was taken back from one of them."""
_SLOTS: Final = {"notices": 0x4D41494C, "campaigns": 0x4D41494D}
_NOTE: Final = b"UPDATE notifications.sender SET on_wire = $1, until = $2 WHERE id = $3 AND NOT revoked"
_SET_UP: Final = (
    b"SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3;"
    b" SET idle_session_timeout = 0; LISTEN call_back"
)
"""A machine that lost its power says no goodbye: PostgreSQL is to notice within some ten seconds. A sender that waits
for its relay, for minutes if need be, is alive all the same."""


class LineLost(Exception):  # noqa: N818 - a state of the world, said as one
    """PostgreSQL is away, so nothing more may leave."""


class Revoked(Exception):  # noqa: N818 - a state of the world, said as one
    """What is not begun has been taken back: the campaign was paused or cancelled."""


class Line:
    """An open line of one sender in one lane."""

    def __init__(self, database: Database, lane: Lane, local_notes: LocalNotes) -> None:
        """Open it. Raises SQLAlchemy's errors when PostgreSQL is away."""
        self.id: UUID = new_id()
        self.lane: Lane = lane
        self._bell = database.bell
        self._connection = database.engine.connect()
        self._raw = cast("Connection[object]", self._connection.connection.driver_connection)
        self._connection.detach()  # its locks must not outlive it in a pool
        self._wire = self._raw.pgconn
        self._wire.exec_(_SET_UP)
        self._wire.prepare(b"note", _NOTE)
        self._me = str(self.id).encode()
        self._local_notes = local_notes
        self._local = local_notes.open(self.id)
        self._ahead: list[UUID] = []
        self._open: set[UUID] = set()
        self._begun_at = 0.0
        self._seconds = NOTED_SECONDS
        """What a message took lately."""

    def take_place(self, *, places: int) -> bool:
        """Become one of at most ``places`` senders of the lane, everywhere; else hang up and return False."""
        try:
            taken = self._take_place(places)
        except BaseException:
            self.hang_up()
            raise
        if not taken:
            self._local_notes.forget(self.id)
            self.hang_up()
        return taken

    def _take_place(self, places: int) -> bool:
        lock = int.from_bytes(self.id.bytes[-8:], "big", signed=True)
        with self.transaction() as session:
            taken = any(
                session.execute(
                    text("SELECT pg_try_advisory_lock(:lane, :place)"), {"lane": _SLOTS[self.lane], "place": place}
                ).scalar_one()
                for place in range(places)
            )
            if taken:
                session.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": lock})
                session.execute(
                    text("INSERT INTO notifications.sender (id, lock, lane) VALUES (:id, :lock, :lane)"),
                    {"id": self.id, "lock": lock, "lane": self.lane},
                )
        return taken

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a session on this line, committed at the block's end."""
        with Session(self._connection, expire_on_commit=False) as session:
            session.info["bell"] = self._bell
            session.info["after_commit"] = []
            with session.begin():
                yield session
            for deed in session.info["after_commit"]:
                deed()

    def expect(self, delivery_ids: Sequence[UUID]) -> None:
        """Say what is going to be sent, in this order."""
        self._ahead = list(delivery_ids)
        self._open = set()

    def note(self, delivery_id: UUID) -> None:
        """Write down that the message to ``delivery_id`` is about to leave.

        Raises :class:`Revoked` when it must not, and :class:`LineLost` when nothing can be written.
        """
        now = time.monotonic()
        self._seconds += (min(now - self._begun_at, NOTED_SECONDS) - self._seconds) / 4
        self._begun_at = now
        try:
            if delivery_id not in self._open:
                self._note(delivery_id)
            self._wire.consume_input()
            if self._wire.notifies() is not None and self._is_revoked():
                raise Revoked
        except Error as error:
            raise LineLost(str(error)) from error
        name = delivery_id.bytes
        self._local[:] = name + checksum(name)

    def _note(self, delivery_id: UUID) -> None:
        del self._ahead[: self._ahead.index(delivery_id)]
        many = 1 if self.lane == "notices" else int(NOTED_SECONDS / max(self._seconds, 0.0001))
        opened = self._ahead[: max(1, min(many, MOST_NOTED))]
        values = [str(opened[0]).encode(), str(opened[-1]).encode(), self._me]
        written = self._wire.exec_prepared(b"note", values)
        if written.status != pq.ExecStatus.COMMAND_OK:
            raise LineLost((written.error_message or b"").decode("utf-8", "replace"))
        if written.command_tuples == 0:
            raise Revoked
        self._open = set(opened)

    def _is_revoked(self) -> bool:
        while self._wire.notifies() is not None:
            pass
        with self.transaction() as session:
            found = session.execute(text("SELECT revoked FROM notifications.sender WHERE id = :id"), {"id": self.id})
            return bool(found.scalar())

    def close(self) -> None:
        """Sign off and hang up; what was not recorded is left to others. Never raises."""
        with suppress(SQLAlchemyError, Error), self.transaction() as session:
            gone = session.execute(
                text(
                    "DELETE FROM notifications.sender s WHERE id = :id AND NOT EXISTS"
                    " (SELECT FROM notifications.delivery d WHERE d.claim_token = s.id AND d.state = 'sending')"
                    " RETURNING id"
                ),
                {"id": self.id},
            )
            if gone.first() is not None:
                self._local_notes.forget(self.id)
        self.hang_up()

    def hang_up(self) -> None:
        """Close the connection as it is; what was in hand is found by others. Never raises."""
        with suppress(SQLAlchemyError, Error):
            self._connection.invalidate()
        self._raw.close()
        self._local.close()
