"""Processes whose clocks are minutes off, as on a machine that lost its time server: libfaketime shifts them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from services.registration.app import BLUEPRINTS
from shared.clock import now
from shared.doors import QUEUES
from tests.end_to_end.test_notifications_latency import told
from tests.support.gateway import SECRET
from tests.support.patience import until
from tests.support.registration import make_open_edition, submit_unproved
from tests.support.relay import running_relay
from tests.support.web import app_of, visitor
from tests.support.workers import ROOT, clock, postmen, worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.database import Database

SHIFTS: Final = {"ahead": "+600s", "behind": "-600s"}
LOOK = """
import json, sys
from datetime import UTC, datetime
from shared.clock import now
from shared.database import Database
database = Database(sys.argv[1])
with database.reading() as session:
    theirs = session.connection().exec_driver_sql("SELECT clock_timestamp()").scalar()
print(json.dumps([moment.isoformat() for moment in (theirs, now(), datetime.now(UTC))]))
"""


def shifted(by: str) -> dict[str, str]:
    """Return the environment of a process whose clock is off by ``by``; how long things last it tells truly."""
    found = find_spec("libfaketime")
    library = Path(str(found and found.origin)).parent / "vendor" / "libfaketime" / "src" / "libfaketime.so.1"
    if sys.platform != "linux" or not library.exists():
        pytest.skip("libfaketime's library is for Linux here")
    return {"LD_PRELOAD": str(library), "FAKETIME": by, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


@pytest.mark.parametrize("off", SHIFTS)
def test_a_process_keeps_to_the_clock_of_postgresql(database_url_for: Callable[[str], str], off: str) -> None:
    command = [sys.executable, "-c", LOOK, database_url_for("registration")]
    environment = os.environ | shifted(SHIFTS[off])
    said = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout
    theirs, ours, own = (datetime.fromisoformat(moment) for moment in json.loads(said))
    assert abs(theirs - ours) < timedelta(seconds=2)
    assert abs(theirs - own) > timedelta(seconds=590), "the control: its own clock is off indeed"


@pytest.mark.slow
@pytest.mark.parametrize("off", SHIFTS)
def test_work_is_done_and_links_are_good_whatever_the_clocks_of_the_worker_and_the_postmen(
    databases: dict[str, Database],
    database_url_for: Callable[[str], str],
    valkey_url: str,
    tmp_path: Path,
    off: str,
) -> None:
    """Nobody rings but the clock, whose own time is right: the sweep alone finds the fact and the mail."""
    edition_id = make_open_edition(databases["registration"])
    submit_unproved(databases["registration"], edition_id, email="awa@example.org", now=now())
    with running_relay() as relay:
        environment = told(database_url_for, valkey_url, relay.url, tmp_path) | {"SECRET_KEY": SECRET}
        wrong = environment | shifted(SHIFTS[off])
        groups = [
            worker("services.worker", queues=QUEUES, name=off, environment=wrong, log=tmp_path / "worker.log"),
            postmen(environment=wrong, log=tmp_path / "postmen.log"),
            clock("services.clock", folder=tmp_path, environment=environment),
        ]
        try:
            for group in groups:
                group.start()
            until(lambda: bool(relay.taken), seconds=60, what="the mail to leave")
        finally:
            for group in groups:
                group.kill()
    body = relay.taken[0].message.get_body(("plain",))
    assert body is not None
    [token] = set(re.findall(r"/proofs/(\S+)", body.get_content()))
    browser = visitor(app_of(*BLUEPRINTS, database=databases["registration"]))
    assert "Confirm" in browser.get(f"/proofs/{token}").text, "a link signed a moment ahead is not from the future"
