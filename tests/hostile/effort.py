"""Bounds the processor time of a call, whatever else the machine is doing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

BOUND: Final = 3.0
"""Seconds of processor time: work that grows like its input takes one at most at these sizes, other work minutes."""


def seconds_of(work: Callable[[], object]) -> float:
    """Return the processor seconds of this thread that ``work`` takes."""
    begun = time.thread_time()
    work()
    return time.thread_time() - begun
