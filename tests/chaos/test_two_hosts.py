"""P4 at size: 10,000 people, postmen of two hosts, a sink that misbehaves in every way, everything killed in turn.

A host is a group of postmen with notes of its own: what the other one notes locally it can never read.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psutil
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, PendingRollbackError

from services.notifications.actions.launches import pause_campaign, resume_campaign, take_out_of_campaign
from shared.clock import now
from shared.deeds import Deed
from tests.chaos.sink import DROPPED, Sink
from tests.chaos.test_mail import write_notice
from tests.support.mail import Arranged, arrange_campaign, carry_once
from tests.support.patience import let_time_pass, until
from tests.support.relay import RelayBehaviour, TakenMail, running_relay
from tests.support.workers import Group, postmen

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from uuid import UUID

    from redis import Redis

    from shared.database import Database

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(360)]
PEOPLE = 10_000
KILLS = 30
PAUSES = 5
CRASHES = 2
NOTICES = 60
SENDERS = 2
_DELIVERIES = text("""
WITH more AS (UPDATE notifications.campaign SET audience_size = :people WHERE id = :campaign)
INSERT INTO notifications.delivery (id, campaign_id, person_id, edition_id, kind, address, addressee, locale, fields,
    not_before, created_at)
SELECT gen_random_uuid(), :campaign, gen_random_uuid(), :edition, 'campaign', 'p' || number || '@example.org',
    'Person ' || number, 'en', jsonb_build_object('name', 'Person ' || number), now(), now()
FROM generate_series(0, :people - 1) AS number""")


@dataclass
class Ledger:
    """Addresses of the campaign by state."""

    by_state: dict[str, set[str]]

    def of(self, state: str) -> set[str]:
        return self.by_state.get(state, set())


@dataclass
class Verdict:
    """What the ledger says and the sink denies: people who got nothing, and people who got it twice."""

    missing: set[str]
    doubled: set[str]


def judge(ledger: Ledger, taken: list[TakenMail]) -> Verdict:
    """Compare the ledger with what left; only the sink's word counts for what left."""
    copies = Counter(mail.recipient for mail in taken if mail.recipient.startswith("p"))
    settled = {"failed", "suppressed", "uncertain"}
    owed = {one for state, addresses in ledger.by_state.items() if state not in settled for one in addresses}
    return Verdict(owed - copies.keys(), {one for one, count in copies.items() if count > 1})


def ledger_of(owner: Database) -> Ledger:
    with owner.reading() as session:
        found: dict[str, set[str]] = {}
        for state, address in session.execute(
            text("SELECT state, address FROM notifications.delivery WHERE campaign_id IS NOT NULL")
        ):
            found.setdefault(state, set()).add(address)
    return Ledger(found)


@dataclass
class Fight:
    """Two hosts and what is done to them."""

    owner: Database
    notifications: Database
    hosts: list[Group]
    made: Arranged
    dice: random.Random = field(default_factory=lambda: random.Random(52))
    killed: int = 0
    carriers: int = 0
    """How many of the killed could hold a campaign mail in their hands."""
    taken_out: set[str] = field(default_factory=set)

    def kill(self) -> None:
        host = self.dice.choice(self.hosts)
        if not host.id:
            return
        children = psutil.Process(host.id).children()
        if self.killed % 5 == 4 or not children:
            self.carriers += SENDERS
            host.kill()
            host.start()
        else:
            victim = self.dice.choice(children)
            self.carriers += 1
            victim.send_signal(signal.SIGKILL)
        self.killed += 1

    def crash_postgres(self) -> None:
        """Kill a server process: PostgreSQL ends all others and recovers from its log."""
        with suppress(DBAPIError, PendingRollbackError), self.owner.reading() as session:
            mine = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
            os.kill(mine, signal.SIGKILL)
            session.execute(text("SELECT pg_sleep(5)"))
        for database in (self.owner, self.notifications):
            database.dispose()
        until(self.is_back, seconds=30, what="PostgreSQL")

    def is_back(self) -> bool:
        try:
            with self.owner.reading() as session:
                session.execute(text("SELECT 1"))
        except DBAPIError:
            return False
        return True

    def pause(self) -> None:
        about = {"campaign_id": self.made.campaign_id, "edition_id": self.made.edition_id}
        with self.notifications.transaction() as session:
            pause_campaign(session, deed=Deed(None, now()), **about)
        time.sleep(0.5)
        with self.notifications.transaction() as session:
            resume_campaign(session, deed=Deed(None, now()), **about)

    def take_out(self) -> None:
        with self.notifications.transaction() as session:
            rows = session.execute(
                text(
                    "SELECT id, address FROM notifications.delivery WHERE campaign_id IS NOT NULL"
                    " AND state = 'queued' AND attempts = 0 ORDER BY id DESC LIMIT 3 FOR UPDATE SKIP LOCKED"
                )
            )
            chosen: dict[UUID, str] = {row.id: row.address for row in rows}
            count = take_out_of_campaign(
                session,
                campaign_id=self.made.campaign_id,
                edition_id=self.made.edition_id,
                delivery_ids=list(chosen),
                deed=Deed(None, now()),
            )
            assert count == len(chosen)
        self.taken_out |= set(chosen.values())

    def at_rest(self) -> bool:
        """Say whether nothing waits any more; let time pass where all that waits has to wait for it."""
        time.sleep(0.4)
        try:
            with self.owner.reading() as session:
                waiting, due = session.execute(_WAITING).one()
            if waiting and not due:
                let_time_pass(self.owner, minutes=10)
            elif waiting:
                with self.owner.transaction() as session:
                    session.execute(text("UPDATE notifications.relay_trouble SET next_try_at = now()"))
                    session.execute(text("UPDATE notifications.relay_pace SET per_second = NULL, next_slot = now()"))
        except DBAPIError:
            return False
        return not waiting


_WAITING = text("""
SELECT count(*), count(*) FILTER (WHERE state = 'sending' OR not_before <= now())
FROM notifications.delivery WHERE state IN ('queued', 'sending', 'deferred')""")


def test_ten_thousand_get_one_mail_each_from_two_hosts_that_die_again_and_again(
    owner_database: Database,
    notifications_database: Database,
    database_url_for: Callable[[str], str],
    valkey_url: str,
    valkey: Redis,
    tmp_path: Path,
) -> None:
    made = arrange_campaign(owner_database, recipients=0)
    with owner_database.transaction() as session:
        name = session.execute(text("SELECT current_database()")).scalar_one()
        session.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = on'))
        session.execute(_DELIVERIES, {"campaign": made.campaign_id, "edition": made.edition_id, "people": PEOPLE})
    for database in (owner_database, notifications_database):
        database.dispose()  # its connections were made before
    sink = Sink()
    behaviour = RelayBehaviour(
        seconds=0.002, to_recipient=sink.to_recipient, to_message=sink.to_message, stalls=sink.stalls
    )
    with ExitStack() as stack:
        relay = stack.enter_context(running_relay(behaviour))
        hosts = []
        for host in ("one", "two"):
            told = {
                "NOTIFICATIONS_DATABASE_URL": database_url_for("notifications"),
                "ENVIRONMENT": "test",
                "SECRET_KEY": "x" * 40,
                "PUBLIC_URL": "https://academy.example",
                "REDIS_URL": valkey_url,
                "SMTP_URL": relay.url,
                "STORE_URL": tmp_path.as_uri(),
                "MAIL_FROM": "Academy <academy@example.org>",
                "MAIL_NOTES_PATH": str(tmp_path / host),
            }
            hosts.append(postmen(environment=told, log=tmp_path / f"{host}.log"))
            stack.callback(hosts[-1].kill)
            hosts[-1].start()
        until(lambda: len(relay.taken) > 50, seconds=60, what="the first mails")
        fight = Fight(owner_database, notifications_database, hosts, made)
        for number in range(NOTICES):
            write_notice(owner_database, made.edition_id, number)
            if number % (NOTICES // KILLS) == 0:
                fight.kill()
                valkey.flushall()
            if number % (NOTICES // PAUSES) == 4:
                fight.pause()
                fight.take_out()
            if number % (NOTICES // CRASHES) == 15:
                fight.crash_postgres()
            time.sleep(0.3)
        until(fight.at_rest, seconds=220, what="the last mail")
        taken = list(relay.taken)
    ledger = ledger_of(owner_database)
    doubts = ledger.of("uncertain")
    print(f"{fight.killed} kills, {len(doubts)} doubts: {sorted(doubts)}")  # noqa: T201
    everybody = {f"p{number}@example.org" for number in range(PEOPLE)}
    assert set().union(*ledger.by_state.values()) == everybody
    assert judge(ledger, taken) == Verdict(set(), set())
    assert ledger.of("suppressed") == fight.taken_out
    assert ledger.of("failed") == {f"p{number}@example.org" for number in range(13, PEOPLE, 200)} - fight.taken_out
    assert len(doubts) <= fight.carriers + len(DROPPED) + CRASHES * SENDERS
    assert {f"p{number}@example.org" for number in DROPPED} - fight.taken_out <= doubts
    left = {mail.recipient for mail in taken if mail.recipient.startswith("p")}
    assert ledger.of("sent") <= left <= ledger.of("sent") | doubts
    names = [str(mail.message["Message-ID"]) for mail in taken if mail.recipient.startswith("p")]
    assert len(set(names)) == len(names) == len(left)
    notices = Counter(mail.recipient for mail in taken if mail.recipient.startswith("n"))
    assert len(notices) == NOTICES
    assert fight.killed == KILLS


@pytest.mark.parametrize(("before", "after"), [("sent", "queued"), ("queued", "sent")], ids=["forgotten", "invented"])
def test_the_judge_sees_what_a_ledger_forgets_and_what_it_invents(
    owner_database: Database, notifications_database: Database, before: str, after: str
) -> None:
    arrange_campaign(owner_database, recipients=10)
    spoil = text(
        "UPDATE notifications.delivery SET state = :after, settled_at = NULL WHERE state = :before AND address = :who"
    )
    with running_relay() as relay:
        if before == "sent":
            carry_once(notifications_database, relay.url)
        with owner_database.transaction() as session:
            session.execute(spoil, {"before": before, "after": after, "who": "p3@example.org"})
            session.execute(text("UPDATE notifications.campaign SET state = 'sending', finished_at = NULL"))
        carry_once(notifications_database, relay.url)
        found = judge(ledger_of(owner_database), list(relay.taken))
    one = {"p3@example.org"}
    assert (found.missing, found.doubled) == ((set(), one) if before == "sent" else (one, set()))
