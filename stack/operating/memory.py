"""How much memory the stack takes, counted once however many processes share it."""

from __future__ import annotations

from collections.abc import Iterable

import psutil

MEGABYTE = 1024 * 1024


def memory_of(processes: Iterable[psutil.Process]) -> tuple[float, str]:
    """Return the megabytes of all these processes together, and how they were counted: PSS, USS or RSS.

    PSS divides shared pages among their users and adds up to the truth; Linux knows it. Elsewhere the unshared part
    (USS) is the nearest honest figure.
    """
    total, measure = 0, "PSS"
    for process in processes:
        try:
            full = process.memory_full_info()
        except psutil.NoSuchProcess:
            continue
        except psutil.Error:
            total += process.memory_info().rss
            measure = "RSS"
            continue
        if hasattr(full, "pss"):
            total += full.pss
        else:
            total += full.uss
            measure = "USS"
    return total / MEGABYTE, measure
