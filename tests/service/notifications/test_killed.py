from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from shared.database import Database
from tests.support.mail import Post, arrange_campaign, carry_once, states
from tests.support.patience import let_time_pass
from tests.support.relay import RelayBehaviour, running_relay

ROOT = Path(__file__).parents[3]
PEOPLE = 60


def kill_in_the_middle(relay: RelayBehaviour, database_url: str, *, after: int, memory: str = "good") -> None:
    """Start a postman, and kill it -9 when ``after`` more mails have been taken."""
    goal = len(relay.taken) + after
    command = [sys.executable, "-m", "tests.support.mail_process", database_url, relay.url, memory]
    process = subprocess.Popen(command, cwd=ROOT)
    end = time.monotonic() + 20
    while len(relay.taken) < goal and time.monotonic() < end:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    time.sleep(0.1)  # the relay finishes what is on the line


def test_a_sender_killed_three_times_leaves_nobody_out_nobody_twice_and_one_named_doubt_each(
    owner_database: Database, notifications_database: Database, database_url_for: Callable[[str], str]
) -> None:
    arrange_campaign(owner_database, recipients=PEOPLE)
    with running_relay(RelayBehaviour(seconds=0.005)) as relay:
        for _ in range(3):
            kill_in_the_middle(relay, database_url_for("notifications"), after=7)
            with Post(notifications_database, relay.url) as post:
                post.tidy()
                assert states(owner_database).get("sending", 0) == 0  # known at once, not when a lease lapses
        let_time_pass(owner_database, hours=1)
        carry_once(notifications_database, relay.url)
    found = states(owner_database)
    copies = Counter(relay.recipients())
    assert max(copies.values()) == 1
    assert found.get("uncertain", 0) <= 3
    assert found["sent"] + found.get("uncertain", 0) == PEOPLE
    assert len(copies) >= found["sent"]


def test_the_control_a_sender_that_notes_nothing_would_send_twice(
    owner_database: Database, notifications_database: Database, database_url_for: Callable[[str], str]
) -> None:
    arrange_campaign(owner_database, recipients=PEOPLE)
    with running_relay(RelayBehaviour(seconds=0.005)) as relay:
        for _ in range(3):
            kill_in_the_middle(relay, database_url_for("notifications"), after=7, memory="forgetful")
            with Post(notifications_database, relay.url) as post:
                post.tidy()
        carry_once(notifications_database, relay.url)
    assert max(Counter(relay.recipients()).values()) > 1
