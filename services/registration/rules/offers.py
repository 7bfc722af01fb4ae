from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from shared.facts.registration import EnrolmentWithdrawn, OfferAccepted, OfferDeclined, OfferExpired, OfferMade
from shared.machines import machine
from shared.words.wall_clock import read_moment

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


def expires_at(*, now: datetime, days: int, time_zone: str) -> datetime:
    """Return when an offer made ``now`` ends: with the last second of the day ``days`` later, in the edition's zone."""
    zone = ZoneInfo(time_zone)
    last_day = now.astimezone(zone).date() + timedelta(days=days)
    return read_moment(last_day.isoformat(), zone, ends_day=True)


def reminds_at(*, expires: datetime, days: int) -> datetime | None:
    """Return from when on somebody is reminded of an open offer, None where the edition reminds nobody."""
    return expires - timedelta(days=days) if days else None


Reason = Literal["", "money", "visa", "dates", "work", "family", "elsewhere", "other"]
REASONS: Final[tuple[Reason, ...]] = ("money", "visa", "dates", "work", "family", "elsewhere", "other")
"""Why somebody declines a place, for the statistics; health is not asked for."""


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
