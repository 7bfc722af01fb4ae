from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from services.notifications.actions.deliveries import LEASE
from shared.database import Database
from tests.support.mail import NOW, arrange_campaign, make_postman, states
from tests.support.relay import RelayBehaviour, running_relay

ROOT = Path(__file__).parents[3]
NOWHERE = "redis://127.0.0.1:1/0"
PEOPLE = 60


def kill_in_the_middle(relay: RelayBehaviour, database_url: str, redis_url: str, *, after: int) -> None:
    """Start a postman, and kill it -9 when ``after`` more mails have been taken."""
    goal = len(relay.taken) + after
    command = [sys.executable, "-m", "tests.support.mail_process", database_url, relay.url, redis_url]
    process = subprocess.Popen(command, cwd=ROOT)
    end = time.monotonic() + 20
    while len(relay.taken) < goal and time.monotonic() < end:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    time.sleep(0.1)  # the relay finishes what is on the line


def test_a_sender_killed_twice_leaves_nobody_out_nobody_twice_and_one_named_doubt_each(
    owner_database: Database,
    notifications_database: Database,
    database_url_for: Callable[[str], str],
    valkey_url: str,
) -> None:
    arrange_campaign(owner_database, recipients=PEOPLE)
    with running_relay(RelayBehaviour(seconds=0.02)) as relay:
        for kill in range(1, 3):
            kill_in_the_middle(relay, database_url_for("notifications"), valkey_url, after=7)
            then = NOW + kill * (LEASE + timedelta(seconds=1))
            make_postman(notifications_database, relay.url, valkey_url, clock=lambda then=then: then).tidy()  # type: ignore[misc]
        end = NOW + timedelta(hours=1)
        make_postman(notifications_database, relay.url, valkey_url, clock=lambda: end).carry(seconds=30)
    found = states(owner_database)
    copies = Counter(relay.recipients())
    assert max(copies.values()) == 1
    assert found.get("uncertain", 0) <= 2
    assert found["sent"] + found.get("uncertain", 0) == PEOPLE
    assert len(copies) >= found["sent"]


def test_without_a_journal_a_kill_leaves_the_whole_batch_in_doubt_but_still_nobody_gets_two(
    owner_database: Database, notifications_database: Database, database_url_for: Callable[[str], str]
) -> None:
    arrange_campaign(owner_database, recipients=PEOPLE)
    with running_relay(RelayBehaviour(seconds=0.02)) as relay:
        kill_in_the_middle(relay, database_url_for("notifications"), NOWHERE, after=7)
        then = NOW + LEASE + timedelta(seconds=1)
        postman = make_postman(notifications_database, relay.url, NOWHERE, clock=lambda: then)
        postman.tidy()
        postman.carry(seconds=30)
    assert max(Counter(relay.recipients()).values()) == 1
    assert states(owner_database) == {"sent": PEOPLE - 20, "uncertain": 20}
