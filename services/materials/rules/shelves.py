"""Who may open what stands on a shelf, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from shared.facts.materials import ShelfOpened
from shared.machines import machine

PUBLIC: Final = "public"
REGISTERED: Final = "registered"
ACCEPTED: Final = "accepted"
RULES: Final = (PUBLIC, REGISTERED, ACCEPTED)
GONE: Final = ("withdrawn", "substituted")
"""Enrolments in these states open nothing any more; all others are live."""
NOT_APPLIED: Final = ("draft", "withdrawn")
"""Applications in these states do not make a person registered."""
_NEAREST: Final = {ACCEPTED: 0, REGISTERED: 1, PUBLIC: 2}


MEMBER: Final = machine(
    "materials.shelf_member",
    begins="opened",
    moves={"opened": "closed", "closed": ""},
    tells={(None, "opened"): ShelfOpened},
    mark="closed_at",
)
"""A shelf is opened to an enrolment, and closed again."""


@dataclass(frozen=True)
class ShelfClaim:
    """A shelf with the thing on it, and what the person has to do with the shelf's edition at this moment."""

    shelf_id: UUID
    edition_id: UUID | None
    rule: str
    opens_at: datetime | None
    closes_at: datetime | None
    applied: bool = False
    """A live application in the edition."""
    enrolled: bool = False
    """A live enrolment in the edition that the shelf was opened to."""


@dataclass(frozen=True)
class Right:
    """The claim that opens the thing. ``is_public``: the thing is open to all, whatever this claim is."""

    claim: ShelfClaim
    is_public: bool


def is_open(claim: ShelfClaim, *, now: datetime) -> bool:
    """Say whether the shelf is open at ``now``; it opens at ``opens_at`` and is closed from ``closes_at`` on."""
    opened = claim.opens_at is None or claim.opens_at <= now
    return opened and (claim.closes_at is None or now < claim.closes_at)


def holds(claim: ShelfClaim) -> bool:
    """Say whether the shelf's rule is met; its time is another matter."""
    return (
        claim.rule == PUBLIC
        or (claim.rule == REGISTERED and claim.applied)
        or (claim.rule == ACCEPTED and claim.enrolled)
    )


def right_to_open(claims: Iterable[ShelfClaim], *, now: datetime) -> Right | None:
    """Return why the thing may be opened at ``now``, the most personal reason first, or None when it may not."""
    good = [claim for claim in claims if holds(claim) and is_open(claim, now=now)]
    if not good:
        return None
    nearest = min(good, key=lambda claim: _NEAREST[claim.rule])
    return Right(claim=nearest, is_public=any(claim.rule == PUBLIC for claim in good))
