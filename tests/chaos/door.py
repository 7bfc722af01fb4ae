"""The process at the door of the chaos tests: it hears facts as the postmen do, without Celery."""

from __future__ import annotations

import os

from shared.clock import now
from shared.hearing import react_at_door
from tests.chaos.effects import databases, reactions_of

SUBSCRIBER = "notifications"

if __name__ == "__main__":
    react_at_door(
        databases[SUBSCRIBER],
        reactions_of(SUBSCRIBER),
        redis_url=os.environ["REDIS_URL"],
        now=now,
        stopping=lambda: False,
        after_death=True,
    )
