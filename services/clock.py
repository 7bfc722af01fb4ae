"""The clock rings, every few seconds, for work that waits.

It knows the names of tasks and not the services behind them: a whole worker that only tells the time would cost as much
memory as one that works. So every schedule stands here, and none in a service's ``wire``.
"""

from __future__ import annotations

import os

from shared.doors import QUEUES
from shared.logs import tell_in_one_line
from shared.signs_of_life import leave_signs_of_life
from shared.tasks import make_celery

app = make_celery(os.environ["REDIS_URL"], queues=QUEUES)
# Nobody can accept an offer whose time is over, however late this comes: the deed looks at the time itself.
app.conf.beat_schedule["registration.expire_offers"] = {
    "task": "registration.expire_offers",
    "schedule": 60.0,
}
# No ring ever ends by itself: its end would be this machine's time of day, judged by the worker's.
for owner in ("registration", "materials", "notifications"):
    app.conf.beat_schedule[f"{owner}.prune"] = {
        "task": f"{owner}.prune",
        "schedule": 3600.0,
    }
tell_in_one_line("celery.beat")
leave_signs_of_life()
