"""The worker and the clock leave a sign of life where their containers' health checks look for it.

The clock rings every few seconds and the worker answers, so a worker that has done no task for a minute has lost the
broker, the clock or its wits; Celery's own ping would start a second Celery for every question.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

ALIVE_FILE: Final = "ALIVE_FILE"
"""The environment variable that names the file; without it nothing is written."""
PARTS_FILE: Final = "PARTS_FILE"
"""The environment variable that names the file in which a launcher keeps which parts cannot be kept running."""
SECONDS_OF_SILENCE: Final = 60.0


def leave_signs_of_life() -> None:
    """Touch the file after each task done and each task sent, where the environment names one."""
    named = os.environ.get(ALIVE_FILE)
    if not named:
        return
    from celery.signals import after_task_publish, task_postrun  # the health check must start without Celery

    path = Path(named)

    def touch(**_details: object) -> None:
        path.touch()

    # the clock only sends; in the worker a task done counts, and one sent was sent by a task
    task_postrun.connect(touch, weak=False)
    after_task_publish.connect(touch, weak=False)
