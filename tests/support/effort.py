"""How the processor time of a piece of work grows with its input, whatever else the machine is doing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    Work = Callable[[], object]

LIMIT: Final = 3.0
"""Twice the input takes linear work twice the time, quadratic work four times: the limit lies between."""
SHORTEST: Final = 250
WORTH: Final = 0.03
"""Seconds; less is lost in the noise, and too little to stop anybody."""
_MOST: Final = 5


def seconds_of(work: Work) -> float:
    """Return the processor seconds of this thread that ``work`` takes."""
    begun = time.thread_time()
    work()
    return time.thread_time() - begun


def growth(work_on: Callable[[int], Work], *, longest: int) -> float:
    """Return how many times longer the work takes when its input is twice as long; 0.0 when it is never worth a look.

    Lengths double up to ``longest`` until the work takes a noticeable time, so that work which runs away is caught
    while it is short. The best of several tries counts: noise only ever adds.
    """
    length = min(SHORTEST, longest)
    while seconds_of(work_on(length)) < WORTH:
        if length == longest:
            return 0.0
        length = min(2 * length, longest)
    return _ratio(work_on(length), work_on(length // 2))


def _ratio(whole: Work, half: Work) -> float:
    long = short = float("inf")
    for tried in range(_MOST):
        long, short = min(long, seconds_of(whole)), min(short, seconds_of(half))
        if tried and long < LIMIT * short:
            break
    return long / max(short, 1e-6)
