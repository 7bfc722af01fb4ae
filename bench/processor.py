"""The processor time that the parts of a stack use: a busy machine disturbs it far less than it does the clock."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from stack.running import Stack


def processor_seconds(stack: Stack) -> float:
    """Return the seconds of processor time that every part of the stack has used so far, all together.

    Those of processes that have ended since are in the figures of whoever started them. The supervisor, the launcher
    and whatever loads the stack do not count.
    """
    supervisor = psutil.Process(stack.pid_of("gateway")).parent()
    total = 0.0
    for part in supervisor.children(recursive=True) if supervisor else []:
        with suppress(psutil.NoSuchProcess):
            total += sum(part.cpu_times()[:4])  # own and ended children's, in user and system mode
    return total
