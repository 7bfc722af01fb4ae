from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = """
import json
from services.clock import app as clock
from services.worker import app as worker
tasks = [sorted({one["task"] for one in app.conf.beat_schedule.values()}) for app in (clock, worker)]
print(json.dumps([*tasks, sorted(worker.tasks)]))
"""


def test_the_clock_rings_for_exactly_what_the_worker_does_by_the_clock() -> None:
    nowhere = "postgresql://nobody:nothing@127.0.0.1:1/nowhere"
    told = {f"{name}_DATABASE_URL": nowhere for name in ("REGISTRATION", "MATERIALS", "NOTIFICATIONS")}
    told |= {"REDIS_URL": "redis://127.0.0.1:1/0", "SECRET_KEY": "x" * 40, "PUBLIC_URL": "http://127.0.0.1:8080"}
    told |= {"STORE_URL": "file:///tmp/store", "PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=told, cwd=ROOT, capture_output=True, text=True, check=True
    )
    rung, wished, done = json.loads(result.stdout)
    assert set(wished) <= set(rung), "a schedule that stands in a service's wire is never rung: move it to the clock"
    assert set(rung) <= set(done)


def test_no_ring_ends_by_a_clock_since_the_workers_may_be_ahead_of_it() -> None:
    program = "import json; from services.clock import app; print(json.dumps(list(app.conf.beat_schedule.values())))"
    told = {"REDIS_URL": "redis://127.0.0.1:1/0", "PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
    result = subprocess.run(
        [sys.executable, "-c", program], env=told, cwd=ROOT, capture_output=True, text=True, check=True
    )
    for ring in json.loads(result.stdout):
        assert not {"expires", "eta", "countdown"} & ring.get("options", {}).keys(), ring["task"]


def test_a_ring_that_nobody_hears_is_one_line_of_the_log() -> None:
    program = (
        "import logging; logging.basicConfig(format='%(message)s');"
        "from services.clock import app; from celery.beat import ScheduleEntry, Scheduler;"
        "app.conf.task_publish_retry = False;"
        "Scheduler(app, lazy=True).apply_entry(ScheduleEntry('r', 'registration.react', schedule=5, app=app))"
    )
    told = {"REDIS_URL": "redis://127.0.0.1:1/0", "PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
    result = subprocess.run(
        [sys.executable, "-c", program], env=told, cwd=ROOT, capture_output=True, text=True, check=True
    )
    [line] = result.stderr.splitlines()
    assert line.startswith("nobody heard: ")
    assert "OperationalError" in line


def test_the_clock_does_not_load_the_services() -> None:
    program = (
        "import sys, services.clock;"
        "print([name for name in sys.modules if name.startswith('services.') or name == 'sqlalchemy'])"
    )
    told = {"REDIS_URL": "redis://127.0.0.1:1/0", "PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
    result = subprocess.run(
        [sys.executable, "-c", program], env=told, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "['services.clock']"


OWN_TIME = {
    "shared/clock.py": "asks, and adds how far PostgreSQL's clock is ahead",
    "shared/database.py": "compares the two clocks",
    "shared/logs.py": "says when this process wrote the line",
    "shared/web/door/limits.py": "Redis and the library count by their own",
    "shared/store.py": "compared with the disk's times of the same machine",
    "shared/bucket.py": "compared with the bucket's clock, days apart",
}


def test_nothing_asks_its_own_machine_what_time_it_is() -> None:
    """What is begun by one process and ended by another is measured by one clock: PostgreSQL's."""
    asks = re.compile(r"datetime\.(?:utc)?now\(|\btime\.time\(|date\.today\(")
    found = {
        str(path.relative_to(ROOT))
        for room in ("services", "shared")
        for path in (ROOT / room).rglob("*.py")
        if asks.search(path.read_text("utf-8"))
    }
    assert found == set(OWN_TIME)
