"""Why a person can open a publication, or cannot: what every shelf says about her."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias
from uuid import UUID

from services.materials.rules.shelves import ACCEPTED, PUBLIC

Why: TypeAlias = Literal[
    "opens", "later", "over", "not_applied", "waiting", "offered", "reserve", "declined", "no_place", "unpublished",
    "withdrawn", "no_shelf",
]  # fmt: skip
ORDER: Final = ("waiting", "offered", "reserve", "declined")
"""What is said of somebody without a place: the flags of her standing, the first that is set."""


@dataclass(frozen=True)
class ShelfAsked:
    """A shelf with the publication on it; ``standing``: her flags in its edition, None when she did not apply there.

    ``is_hers``: it is for her, whatever its times.
    """

    id: UUID
    edition_id: UUID | None
    rule: str
    opens_at: datetime | None
    closes_at: datetime | None
    standing: frozenset[str] | None
    is_hers: bool


@dataclass(frozen=True)
class Finding:
    """What one shelf (None: the publication itself) says; ``moment`` is when it opens or was closed."""

    why: Why
    shelf_id: UUID | None = None
    edition_id: UUID | None = None
    moment: datetime | None = None


def findings(shelves: Iterable[ShelfAsked], *, states: Iterable[str], now: datetime) -> list[Finding]:
    """Return what stands in her way, or opens the publication to her, what opens first.

    ``states`` are those of its releases. A shelf that opens is said even where no release is published.
    """
    known = set(states)
    found: list[Finding] = []
    if "published" not in known:
        found.append(Finding("withdrawn" if "withdrawn" in known else "unpublished"))
    told = [_of_shelf(shelf, now) for shelf in shelves]
    if not told:
        found.append(Finding("no_shelf"))
    return [*found, *sorted(told, key=lambda one: one.why != "opens")]


def may_open_it(told: Iterable[Finding]) -> bool:
    """Say whether nothing stands in the way of at least one shelf that opens."""
    whys = {one.why for one in told}
    return "opens" in whys and not whys & {"unpublished", "withdrawn"}


def _of_shelf(shelf: ShelfAsked, now: datetime) -> Finding:
    why: Why = "opens"
    moment = None
    if not shelf.is_hers and shelf.rule != PUBLIC:
        why = _without_right(shelf)
    elif shelf.closes_at is not None and shelf.closes_at <= now:
        why, moment = "over", shelf.closes_at
    elif shelf.opens_at is not None and shelf.opens_at > now:
        why, moment = "later", shelf.opens_at
    return Finding(why, shelf.id, shelf.edition_id, moment)


def _without_right(shelf: ShelfAsked) -> Why:
    if shelf.standing is None:
        return "not_applied"
    if shelf.rule == ACCEPTED:
        said: dict[str, Why] = {
            "waiting": "waiting", "offered": "offered", "reserve": "reserve", "declined": "declined",
        }  # fmt: skip
        return next((said[flag] for flag in ORDER if flag in shelf.standing), "no_place")
    return "not_applied"
