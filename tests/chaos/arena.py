"""Where the chaos happens: writers, workers, a clock, somebody who kills and flushes, and a checker who counts."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from redis import Redis
from sqlalchemy import func, select, text

from shared.schema.outbox.entries import Entry
from tests.support.workers import ROOT, Group, clock, worker

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Executable

    from shared.database import Database

APP = "tests.chaos.effects:app"
DOOR = "tests.chaos.door"
QUEUES = ("materials", "notifications")


@dataclass(frozen=True)
class Verdict:
    """What the checker found: effects owed and missing, seen twice, owed by nobody; entries waiting and aside."""

    promised: int
    missing: int
    doubled: int
    invented: int
    waiting: int
    aside: int
    kills: int
    flushes: int

    @property
    def broken(self) -> int:
        """How many effects did not happen exactly once."""
        return self.missing + self.doubled + self.invented


@dataclass
class Arena:
    """Real processes on one database and one Valkey."""

    owner: Database
    environment: dict[str, str]
    folder: Path
    seed: int
    kills: int = 0
    flushes: int = 0

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.redis = Redis.from_url(self.environment["REDIS_URL"])
        self.workers = [
            worker(APP, queues=QUEUES, name=name, environment=self.environment, log=self.folder / f"{name}.log")
            for name in ("one", "two")
        ]
        self.door = Group(["-m", DOOR], environment=self.environment, log=self.folder / "door.log")
        self.clock = clock(APP, folder=self.folder, environment=self.environment)

    def run(self, *, facts: int, kills: int, seconds: float, subscribers: tuple[str, ...] = QUEUES) -> Verdict:
        """Record ``facts`` amid at least ``kills`` kills and a flush each second; heal; return what was found.

        The workers are left alone once the writers are done and enough was killed, at the latest after half of
        ``seconds``. All work is given the rest of ``seconds`` to come to rest.
        """
        end = time.monotonic() + seconds
        with ExitStack() as stack:
            for group in (*self.workers, self.door, self.clock):
                stack.callback(group.kill)
                group.start()
            journals = [self.folder / "journal-one", self.folder / "journal-two"]
            writers = [self._writer(facts // 2, journal) for journal in journals]
            for writer in writers:
                stack.callback(writer.wait)
                stack.callback(writer.kill)
            while time.monotonic() < end - seconds / 2:
                self._disturb()
                if self.kills >= kills and all(writer.poll() is not None for writer in writers):
                    break
            for writer in writers:
                assert writer.wait(timeout=max(1, end - time.monotonic())) == 0
            self._wait_for_rest(end)
            promised = [UUID(line) for journal in journals for line in journal.read_text().split()]
        return self._verdict(promised, subscribers)

    def _writer(self, count: int, journal: Path) -> subprocess.Popen[bytes]:
        arguments = [sys.executable, "-m", "tests.chaos.write", str(count), self.environment["CHAOS_VARIANT"]]
        with journal.open("wb") as promised:
            return subprocess.Popen(arguments, cwd=ROOT, env=self.environment, stdout=promised)

    def _disturb(self) -> None:
        """Take one second: flush Valkey, and kill a worker in the midst of its work if one has any."""
        time.sleep(self.dice.uniform(0.6, 1.0))
        self.redis.flushall()
        self.flushes += 1
        busy = [group for group in (*self.workers, self.door) if group.id in self._at_work()]
        if busy:
            victim = self.dice.choice(busy)
            victim.kill()
            victim.start()
            self.kills += 1

    def _at_work(self) -> set[int]:
        with self.owner.reading() as session:
            recent = text("SELECT DISTINCT worker FROM chaos.effect WHERE at > clock_timestamp() - interval '0.3 s'")
            return set(session.scalars(recent))

    def _wait_for_rest(self, end: float) -> None:
        """Return when nothing waits and nothing changes, or nothing has changed for two sweeps and more."""
        still_since, seen = time.monotonic(), -1
        while time.monotonic() < end:
            effects = self.effects()
            if effects != seen:
                still_since, seen = time.monotonic(), effects
            if time.monotonic() - still_since > (2 if self._waiting() == 0 else 12):
                return
            time.sleep(0.25)

    def effects(self) -> int:
        """Return how many effects there are so far."""
        return self._count(text("SELECT count(*) FROM chaos.effect"))

    def _waiting(self) -> int:
        return self._count(select(func.count()).where(Entry.state == "waiting"))

    def _count(self, statement: Executable) -> int:
        with self.owner.reading() as session:
            return int(session.scalar(statement) or 0)

    def _verdict(self, promised: list[UUID], subscribers: tuple[str, ...]) -> Verdict:
        owed = Counter((subscriber, offer) for offer in promised for subscriber in subscribers)
        with self.owner.reading() as session:
            effects = Counter(
                (row.subscriber, row.offer_id)
                for row in session.execute(text("SELECT subscriber, offer_id FROM chaos.effect"))
            )
        return Verdict(
            promised=len(owed),
            missing=sum(1 for key in owed if key not in effects),
            doubled=sum(1 for count in effects.values() if count > 1),
            invented=sum(1 for key in effects if key not in owed),
            waiting=self._waiting(),
            aside=self._count(select(func.count()).where(Entry.state == "aside")),
            kills=self.kills,
            flushes=self.flushes,
        )
