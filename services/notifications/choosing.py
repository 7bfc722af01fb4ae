"""Which mail server a sender carries its mail to: the first that takes it, and back to it once it does again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from services.notifications.actions.deliveries import ClaimedBatch
from services.notifications.actions.rationing import ration
from services.notifications.actions.relays import Held, held_up, is_any_worth_a_try, note_recovery, note_trouble
from services.notifications.actions.warming import count_today, left_today, rest_when_full
from services.notifications.gateways.buckets import Buckets
from services.notifications.gateways.line import Line
from services.notifications.gateways.relay import Relay, RelayUnreachable
from services.notifications.rules.relays import before, in_order
from services.notifications.rules.troubles import Lane
from services.notifications.settings import NotificationsSettings, RelayPlan

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

log = logging.getLogger(__name__)

OVER_WHEN_CONNECTED: Final = frozenset({"unreachable", "silent", "unsafe", "login"})
Connect = Callable[[RelayPlan], Relay]
"""Opens a connection to a mail server. Raises ``RelayUnreachable``."""


class Choice:
    """The mail servers as one sender in one lane sees them."""

    def __init__(self, settings: NotificationsSettings, lane: Lane, connect: Connect) -> None:
        self._plans = in_order(settings.relays)
        self._buckets = Buckets(settings) if settings.mail_domains else None
        self._lane: Lane = lane
        self._connect = connect
        self.plan = self._plans[0]
        """The one that is being carried to, or was last."""
        self.relay: Relay | None = None

    def reach(self, line: Line) -> tuple[Held | None, float]:
        """Have :attr:`relay` open on the first mail server that may be asked and answers.

        Returns what is being tried on it, if it is in trouble, and 0; else how many seconds not to ask any of them.
        """
        rests: list[float] = []
        for plan in self._plans:
            with line.transaction() as session:
                held = held_up(session, lane=self._lane, relay=plan.name)
                full = rest_when_full(session, plan)
            if full:
                rests.append(full.total_seconds())
                continue
            if held is not None and held.rest:
                rests.append(held.rest.total_seconds())
                continue
            try:
                self.relay = self._connect(plan)
            except RelayUnreachable as error:
                log.warning("the mail relay %s cannot be used: %s: %s", plan.name, error.trouble, error)
                with line.transaction() as session:
                    rest = note_trouble(
                        session, lane=self._lane, relay=plan.name, trouble=error.trouble, said=str(error)
                    )
                rests.append(rest.total_seconds())
                continue
            self.plan = plan
            if held is not None and held.trouble in OVER_WHEN_CONNECTED:
                with line.transaction() as session:
                    note_recovery(session, lane=self._lane, relay=plan.name)
                held = None
            return held, 0.0
        return None, min(rests)

    def is_better_due(self, session: Session) -> bool:
        """Say whether a mail server that is asked before this one may be worth a try again."""
        better = set(before(self.plan, self._plans))
        names = [plan.name for plan in self._plans if plan.name in better and not rest_when_full(session, plan)]
        return bool(names) and is_any_worth_a_try(session, lane=self._lane, relays=names)

    def room(self, session: Session, size: int) -> int:
        """Return how many of ``size`` mails this mail server may still carry today."""
        left = left_today(session, self.plan)
        return size if left is None else min(size, left)

    def allotted(self, session: Session, claim: ClaimedBatch) -> ClaimedBatch:
        """Give back of ``claim`` what its domains do not want yet, and count the rest as asked of this mail server."""
        if self._buckets is not None:
            claim = ration(session, claim, buckets=self._buckets, overtaking=self._lane == "notices")
        if self.plan.warm_up:
            count_today(session, relay=self.plan.name, asked=len(claim.deliveries))
        return claim

    def leave(self) -> None:
        """Hang up."""
        relay, self.relay = self.relay, None
        if relay is not None:
            relay.close()
