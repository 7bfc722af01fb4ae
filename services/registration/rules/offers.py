from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, Literal

from shared.facts.registration import EnrolmentWithdrawn, OfferAccepted, OfferDeclined, OfferExpired, OfferMade
from shared.machines import machine

OFFER: Final = machine(
    "registration.offer",
    begins="offered",
    moves={
        "offered": "accepted declined expired withdrawn",
        "accepted": "withdrawn",
        "declined": "",
        "expired": "",
        "withdrawn": "",
    },
    tells={
        (None, "offered"): OfferMade,
        ("offered", "accepted"): OfferAccepted,
        ("offered", "declined"): OfferDeclined,
        ("offered", "expired"): OfferExpired,
    },
)

ENROLMENT: Final = machine(
    "registration.enrolment",
    begins="accepted",
    moves={
        "accepted": "confirmed withdrawn substituted",
        "confirmed": "attended no_show withdrawn substituted",
        "attended": "certified",
        "no_show": "",
        "certified": "",
        "withdrawn": "",
        "substituted": "",
    },
    tells={("accepted", "withdrawn"): EnrolmentWithdrawn, ("confirmed", "withdrawn"): EnrolmentWithdrawn},
)


def places_left(*, capacity: int, over_offer: int, offered: int, enrolled: int) -> int:
    """Return how many more offers may be made; never below zero."""
    return max(0, capacity + over_offer - offered - enrolled)


Hold = Literal["held", "contested", "full"]


def hold(*, capacity: int, offered: int, enrolled: int) -> Hold:
    """Return what an open offer is worth at this moment: a place that is held, one that others may take, or none.

    More offers than places may be made on purpose, because some people decline.
    """
    if enrolled >= capacity:
        return "full"
    return "held" if enrolled + offered <= capacity else "contested"


_WORTH: Final[tuple[Hold, ...]] = ("held", "contested", "full")


def worst_hold(holds: Iterable[Hold]) -> Hold:
    """Return what an offer is worth that needs a place in several pools: what the scarcest of them says."""
    return max(holds, key=_WORTH.index)


def expires_at(*, now: datetime, days: int) -> datetime:
    """Return when an offer made ``now`` ends: after ``days`` whole days, to the minute."""
    return (now + timedelta(days=days)).replace(second=0, microsecond=0)


def why_not_accepted(
    *, state: str, expires: datetime, capacity: int, enrolled: int, now: datetime
) -> Literal["answered", "expired", "full"] | None:
    """Return why an offer cannot be accepted, or None when the place can be taken.

    The count is taken under the lock of the edition's row. With more offers than places the first to accept win.
    """
    if state == "expired" or (state == "offered" and expires <= now):
        return "expired"
    if state != "offered":
        return "answered"
    if enrolled >= capacity:
        return "full"
    return None
