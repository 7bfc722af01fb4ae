"""The clock rings, every few seconds, for work that waits.

It knows the names of tasks and not the services behind them: a whole worker that only tells the time would cost as much
memory as one that works.
"""

from __future__ import annotations

import os

from shared.stack.signs_of_life import leave_signs_of_life
from shared.tasks import make_celery

app = make_celery(os.environ["REDIS_URL"], queues=("registration", "materials", "notifications", "mail"))
app.conf.beat_schedule["mail.tidy"] = {"task": "mail.tidy", "schedule": 15.0, "options": {"expires": 30}}
leave_signs_of_life()
