"""What a sender notes per message while a batch is under way, so that a crash leaves little in doubt.

The ledger says only "sending" for a whole batch. The journal says which messages were begun and what the relay
answered. It may be lost at any moment; then the doubt is larger, and never resolved by guessing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from services.notifications.gateways.relay import Reply


class JournalLost(Exception):  # noqa: N818 - a state of the world, said as one
    """A note could not be made. The batch has to end here: without notes "not begun" would be a guess."""


@dataclass(frozen=True)
class Noted:
    """The journal of one claim as it was left: replies by delivery, and deliveries that were begun without one."""

    replies: Mapping[UUID, Reply]
    begun: frozenset[UUID]
    whole: bool
    """Nothing was lost since the claim: a delivery that is not mentioned was never begun."""


class Notes(Protocol):
    """The open journal of one claim."""

    def begin(self, delivery_id: UUID) -> None:
        """Note that the message is about to leave. Raises :class:`JournalLost`."""

    def settle(self, delivery_id: UUID, reply: Reply) -> None:
        """Note what the relay answered. Raises :class:`JournalLost`."""

    def close(self) -> None:
        """Stop writing; the notes stay. Never raises."""


class Journal(Protocol):
    """Where notes are kept."""

    def open(self, claim_token: UUID) -> Notes | None:
        """Begin the journal of a claim; None when there is nowhere to write."""

    def read(self, claim_token: UUID) -> Noted:
        """Return what was noted; empty and not whole when nothing can be found."""

    def forget(self, claim_token: UUID) -> None:
        """Drop the notes of a claim that has come to rest. Never raises."""
