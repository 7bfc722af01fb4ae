"""Whoever takes mail from us, as the rest of this service sees it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from services.notifications.rules.retries import Reply
from services.notifications.rules.troubles import Trouble


class RelayUnreachable(Exception):  # noqa: N818 - a state of the world, said as one
    """No connection could be opened, or the relay refused us altogether. Nothing was sent."""

    def __init__(self, why: str, *, trouble: Trouble) -> None:
        super().__init__(why)
        self.trouble: Trouble = trouble


class ConnectionBroken(Exception):  # noqa: N818 - a state of the world, said as one
    """The line broke within a message. ``body_begun`` says whether the relay may have taken it nevertheless."""

    def __init__(self, why: str, *, body_begun: bool) -> None:
        super().__init__(why)
        self.body_begun = body_begun


class Envelope(NamedTuple):
    """Where a message that cannot be delivered goes back to, and where it goes, both as the wire carries them."""

    sender: str
    recipient: str


class Relay(Protocol):
    """An open connection to whoever takes mail."""

    @property
    def is_open(self) -> bool:
        """Whether another message may be tried on this connection."""

    def send(
        self,
        envelope: Envelope,
        message: bytes,
        *,
        before_body: Callable[[], None],
        following: Envelope | None = None,
    ) -> Reply:
        """Hand over one message and return what settled it.

        ``following`` is the next one's envelope on this connection, if it is certain: it may be announced ahead.

        ``before_body`` is called before the first byte of the message leaves: from there on a broken line is a doubt.
        When it raises, nothing has left and nothing of the message will; the connection is then closed.
        Raises :class:`ConnectionBroken` when there was no answer.
        """

    def close(self) -> None:
        """End the connection. Never raises."""
