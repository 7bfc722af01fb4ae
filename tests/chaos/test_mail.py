"""P4: real postmen, killed again and again while Redis forgets everything: each recipient once, the doubts by name."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from typing import TYPE_CHECKING

import psutil
import pytest
from sqlalchemy import text

from tests.support.mail import arrange_campaign, states
from tests.support.patience import until
from tests.support.relay import RelayBehaviour, running_relay
from tests.support.workers import postmen

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from redis import Redis

    from shared.database import Database

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]
PEOPLE = 1500
NOTICES = 150
KILLS = 12
_NOTICE = text("""
INSERT INTO notifications.delivery (id, edition_id, kind, idempotency_key, about_id, address, addressee, locale, fields,
    created_at) SELECT gen_random_uuid(), :edition, 'application_received', 'chaos:' || :number, gen_random_uuid(),
    'n' || :number || '@example.org', 'Somebody', 'en', '{"name": "Somebody", "edition": "Academy"}', now()""")


def write_notice(owner: Database, edition_id: object, number: int) -> None:
    with owner.transaction() as session:
        session.execute(_NOTICE, {"edition": edition_id, "number": str(number)})


def test_each_recipient_gets_one_mail_and_at_most_one_doubt_a_kill_is_left_by_name(
    owner_database: Database,
    database_url_for: Callable[[str], str],
    valkey_url: str,
    valkey: Redis,
    tmp_path: Path,
) -> None:
    made = arrange_campaign(owner_database, recipients=PEOPLE)
    dice = random.Random(48)
    killed = 0
    with running_relay(RelayBehaviour(seconds=0.004)) as relay:
        group = postmen(
            environment={
                "NOTIFICATIONS_DATABASE_URL": database_url_for("notifications"),
                "ENVIRONMENT": "test",
                "SECRET_KEY": "x" * 40,
                "PUBLIC_URL": "https://academy.example",
                "REDIS_URL": valkey_url,
                "SMTP_URL": relay.url,
                "STORE_URL": tmp_path.as_uri(),
                "MAIL_FROM": "Academy <academy@example.org>",
                "MAIL_NOTES_PATH": str(tmp_path / "notes"),
            },
            log=tmp_path / "postmen.log",
        )
        group.start()
        try:
            until(lambda: len(relay.taken) > 20, seconds=30, what="the first mails")
            for number in range(NOTICES):
                write_notice(owner_database, made.edition_id, number)
                time.sleep(0.05)
                if number % (NOTICES // KILLS) == 5 and killed < KILLS:
                    valkey.flushall()
                    if killed % 4 == 3:  # all of them and their parent
                        killed += 4
                        group.kill()
                        group.start()
                    else:
                        killed += 1
                        victim = dice.choice(psutil.Process(group.id).children() or [psutil.Process(group.id)])
                        os.kill(victim.pid, signal.SIGKILL)
            until(lambda: at_rest(owner_database), seconds=60, what="the last mail")
        finally:
            group.kill()
    copies = Counter(recipient for recipient in relay.recipients() if recipient.startswith("p"))
    again = Counter(recipient for recipient in relay.recipients() if recipient.startswith("n"))
    found = states(owner_database)
    doubts = found.get("uncertain", 0)
    print(f"{killed} kills, {doubts} doubts, {sum(again.values()) - NOTICES} notices twice")  # noqa: T201
    assert max(copies.values()) == 1
    assert doubts <= killed
    assert len(copies) >= PEOPLE - doubts
    assert found["sent"] + doubts == PEOPLE + NOTICES
    assert len(again) == NOTICES
    assert sum(again.values()) - NOTICES <= killed


def at_rest(owner: Database) -> bool:
    return not states(owner).keys() & {"queued", "sending", "deferred"}
