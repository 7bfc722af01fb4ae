"""The risk of offering more places than there are: how likely more people accept than find one."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, lgamma, log
from typing import Final

ANSWERS: Final = 10
"""So many answers say something about how many will accept; fewer do not."""
ASSUMED: Final = (0.6, 0.75, 0.9)
"""Rates of acceptance to think about before there are answers."""


def rates(*, accepted: int, answered: int) -> tuple[float, ...]:
    """Return at which rates to look: that of the answers so far, or some that are assumed."""
    return (accepted / answered,) if answered >= ANSWERS else ASSUMED


@dataclass(frozen=True)
class Risk:
    """At which rate of acceptance, with which chance, more people accept than there are places."""

    rate: float
    chance: float


def risks(*, free: int, offers: int, accepted: int, answered: int) -> list[Risk]:
    """Return the risk at each rate worth looking at; none where everybody who may accept has a place."""
    if offers <= free:
        return []
    known = rates(accepted=accepted, answered=answered)
    return [Risk(rate, chance_of_too_many(free=free, offers=offers, rate=rate)) for rate in known]


def chance_of_too_many(*, free: int, offers: int, rate: float) -> float:
    """Return how likely more than ``free`` of ``offers`` are accepted, from 0 to 1.

    Each is accepted with the chance ``rate``, whatever the others do: the upper tail of the binomial distribution.
    """
    if offers <= free or rate <= 0:
        return 0.0
    if free < 0 or rate >= 1:
        return 1.0
    whole, yes, no = lgamma(offers + 1), log(rate), log(1 - rate)
    return min(
        1.0,
        sum(
            exp(whole - lgamma(taken + 1) - lgamma(offers - taken + 1) + taken * yes + (offers - taken) * no)
            for taken in range(free + 1, offers + 1)
        ),
    )
