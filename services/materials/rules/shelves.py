"""Which of a person's claims on a thing counts. Who has a claim at all is said by ``materials.openable``."""

from __future__ import annotations

from collections.abc import Collection
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
    """An open shelf that holds the thing for the person, or for anybody when its rule is ``public``."""

    shelf_id: UUID
    edition_id: UUID | None
    rule: str
    closes_at: datetime | None


@dataclass(frozen=True)
class Right:
    """The claim that opens the thing. ``is_public``: the thing is open to all, whatever this claim is."""

    claim: ShelfClaim
    is_public: bool


def right_to_open(claims: Collection[ShelfClaim]) -> Right | None:
    """Return why the thing may be opened, the most personal reason first, or None when there is no claim."""
    if not claims:
        return None
    nearest = min(claims, key=lambda claim: _NEAREST[claim.rule])
    return Right(claim=nearest, is_public=any(claim.rule == PUBLIC for claim in claims))
