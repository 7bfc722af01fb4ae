"""The order in which places go to the reserve list: the first for whom there is a place in every pool she needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True)
class Waiting:
    """Somebody on the list, in whose turn a place in each of ``needs`` is looked for."""

    application_id: UUID
    needs: frozenset[UUID]


@dataclass(frozen=True)
class Turn:
    """Whose turn it is. ``place`` counts from 1; ``passed`` are those before her for whom a pool had no place."""

    application_id: UUID
    place: int
    passed: Sequence[int] = ()
    full: frozenset[UUID] = field(default_factory=frozenset)
    """The pools for want of which they were passed over."""


def turns(waiting: Iterable[Waiting], left: Mapping[UUID, int]) -> list[Turn]:
    """Return who gets a place, in order, while there are any.

    ``left`` says for each pool how many more offers it allows. Whoever needs a pool that is full is passed over and
    stays where she is; nobody is passed over for whom there was a place.
    """
    free = dict(left)
    found: list[Turn] = []
    passed: list[int] = []
    wanting: set[UUID] = set()
    for place, one in enumerate(waiting, 1):
        lacking = {pool for pool in one.needs if free.get(pool, 0) <= 0}
        if lacking:
            passed.append(place)
            wanting |= lacking
            continue
        for pool in one.needs:
            free[pool] -= 1
        found.append(Turn(one.application_id, place, tuple(passed), frozenset(wanting)))
    return found
