"""Places under fire (P3): never oversold, at rest never undersold, the reserve list in its order."""

from __future__ import annotations

import os
import random
import time
from contextlib import ExitStack
from itertools import count
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from redis import Redis
from sqlalchemy import func, select, text, update

from services.registration.actions.offers import expire_offers
from services.registration.actions.pools import make_pool
from shared.deeds import Deed
from shared.schema.outbox.entries import Entry
from shared.schema.registration import Offer
from tests.chaos.place_checks import Promoted, Verdict, is_at_rest, judge, out_of_order, oversold
from tests.chaos.place_clients import disposition
from tests.support.patience import until
from tests.support.registration import DESK, NOW, make_edition, release
from tests.support.workers import Group

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from shared.database import Database

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(400)]
PROCESSES = 4
LEAST_ROUNDS, MOST_ROUNDS, SECONDS = 6, 100, 30
"""Rounds are played until there were a hundred or the suite's share of time is used up, and some in any case."""
PEOPLE = text("""
WITH numbers AS MATERIALIZED (
    SELECT gen_random_uuid() AS person_id, gen_random_uuid() AS application_id, n FROM generate_series(1, :count) AS n),
people AS (
    INSERT INTO people.person (id, email, name, email_proved_at)
    SELECT person_id, 'p' || n || '@' || :slug || '.example.org', 'P' || lpad(n::text, 4, '0'), :now FROM numbers),
applications AS (
    INSERT INTO registration.application (id, edition_id, person_id, state, name, called, email, country, organisation,
        language, locale, form_version, answers, consent, consented_at, created_at, submitted_at, updated_at)
    SELECT application_id, :edition, person_id, 'under_review', 'P' || lpad(n::text, 4, '0'), '',
        'p' || n || '@' || :slug || '.example.org', CASE WHEN n * 13 % 5 < 2 THEN 'SN' ELSE 'CL' END, '',
        CASE WHEN n * 11 % 7 < 3 THEN 'fr' ELSE 'en' END, 'fr', 1, '{}', '', :now, :now, :now, :now FROM numbers)
INSERT INTO registration.decision (id, application_id, edition_id, outcome, state, note, proposed_at)
SELECT gen_random_uuid(), application_id, :edition, CASE WHEN n <= :accepts THEN 'accept' ELSE 'reserve' END,
    'proposed', '', :now FROM numbers""")


class Arena:
    """Four processes of fifty clients, one edition after another, and somebody who kills and flushes."""

    def __init__(
        self, database: Database, environment: dict[str, str], folder: Path, *, variant: str = "", seed: int = 2011
    ) -> None:
        self.database, self.folder, self.dice = database, folder, random.Random(seed)
        self.redis = Redis.from_url(environment["REDIS_URL"])
        self.verdict = Verdict()
        self.round = folder / "round"
        self.round.write_text("")
        self.logs = [folder / f"clients-{number}.log" for number in range(PROCESSES)]
        self.groups = [
            Group(
                ["-m", "tests.chaos.place_clients", str(folder)],
                environment={**environment, "PLACES_VARIANT": variant},
                log=log,
            )
            for log in self.logs
        ]

    def play(self, *, rounds: int, seconds: float, kills: bool = True, patience: float = 60) -> Verdict:
        """Play rounds; return what was found. Without a guard one may never come to rest: ``patience`` ends it."""
        end = time.monotonic() + seconds
        with ExitStack() as stack:
            for group in self.groups:
                stack.callback(group.kill)
                group.start()
            until(lambda: all("ready" in log.read_text() for log in self.logs), seconds=60, what="the clients")
            while self.verdict.rounds < min(LEAST_ROUNDS, rounds) or (
                self.verdict.rounds < rounds and time.monotonic() < end
            ):
                self._one(kills=kills and self.verdict.rounds % 3 == 0, patience=patience)
                self.verdict.rounds += 1
        with self.database.reading() as session:
            aside = select(func.count()).where(Entry.subscriber == "registration", Entry.state == "aside")
            self.verdict.aside = session.execute(aside).scalar_one()
        return self.verdict

    def _one(self, *, kills: bool, patience: float) -> None:
        capacity, over = self.dice.randint(8, 30), self.dice.choice([0, 0, 3])
        edition_id, capacities = self._edition(capacity, over)
        self.round.write_text(str(edition_id))
        victim = self.dice.choice(self.groups) if kills else None
        give_up = time.monotonic() + patience
        for look in count():
            self.verdict.looks += 1
            self.verdict.oversold += oversold(self.database, edition_id, capacities)
            if look == 3:
                self.redis.flushall()
                self.verdict.flushes += 1
                if victim is not None:
                    victim.kill()
                    victim.start()
                    self.verdict.kills += 1
            if is_at_rest(self.database, edition_id) and not self._time_passes(edition_id):
                break
            if time.monotonic() > give_up:
                self.verdict.restless += 1
                break
            time.sleep(0.03)
        self.round.write_text("")
        judge(self.database, edition_id, self.verdict)

    def _edition(self, capacity: int, over: int) -> tuple[UUID, dict[UUID, int]]:
        """Make an edition with two pools that overlap, release its decisions, return what each pool may hold."""
        number = self.verdict.rounds
        slug = f"round-{number}"
        edition_id = make_edition(self.database, slug=slug, capacity=capacity, over_offer=over, promotes_itself=True)
        # the share of each group among those accepted first, so that the first batch fits
        first = range(1, capacity + 1)
        french, southern = sum(n * 11 % 7 < 3 for n in first), sum(n * 13 % 5 < 2 for n in first)
        capacities = {edition_id: capacity + over}
        with self.database.transaction() as session:
            for trait, value, most in (("language", "fr", french), ("country", "SN", southern)):
                room = most + self.dice.randint(0, 2)
                made = make_pool(
                    session, edition_id=edition_id, name={"en": value}, trait=trait, value=value, capacity=room,
                    deed=Deed(DESK, NOW),
                )  # fmt: skip
                capacities[made] = room
            people = self.dice.choice([capacity + 4, 2 * capacity, 120])
            asked = {"count": people, "accepts": capacity, "edition": edition_id, "slug": slug, "now": NOW}
            session.execute(PEOPLE, asked)
        release(self.database, edition_id)
        return edition_id, capacities

    def _time_passes(self, edition_id: UUID) -> int:
        """Let the open offers that nobody answers come to their end; return how many there were."""
        with self.database.transaction() as session:
            session.execute(
                update(Offer).where(Offer.edition_id == edition_id, Offer.state == "offered").values(expires_at=NOW)
            )
            return expire_offers(session, now=NOW, limit=1_000)


@pytest.fixture
def arena(
    registration_database: Database, database_url_for: Callable[[str], str], valkey_url: str, tmp_path: Path
) -> Callable[..., Arena]:
    environment = {
        **os.environ,
        "REDIS_URL": valkey_url,
        "REGISTRATION_DATABASE_URL": database_url_for("registration"),
    }

    def make(**more: str) -> Arena:
        return Arena(registration_database, environment, tmp_path, **more)  # type: ignore[arg-type]

    return make


def deadlocks(database: Database) -> int:
    """How often PostgreSQL had to end a transaction because two waited for each other."""
    with database.reading() as session:
        session.execute(text("SELECT pg_stat_force_next_flush()"))
        found = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(session.execute(found).scalar_one())


def test_places_are_never_oversold_and_at_rest_never_undersold_and_the_list_keeps_its_order(
    arena: Callable[..., Arena], registration_database: Database
) -> None:
    before = deadlocks(registration_database)
    found = arena().play(rounds=MOST_ROUNDS, seconds=SECONDS)
    print(found)  # noqa: T201 - the figures of the run
    assert found.promotions > found.rounds
    assert found.kills > 0
    assert (found.oversold, found.undersold, found.out_of_order) == (0, 0, 0), found.wrong
    assert (found.restless, found.aside) == (0, 0)
    assert deadlocks(registration_database) == before


def test_the_checker_sees_places_oversold_when_nobody_holds_the_rows(arena: Callable[..., Arena]) -> None:
    unlocked = arena(variant="unlocked")
    for _try in range(5):  # who comes between whom is chance: most often one game is enough
        found = unlocked.play(rounds=unlocked.verdict.rounds + LEAST_ROUNDS, seconds=20, kills=False, patience=20)
        print(found)  # noqa: T201
        if found.oversold > 0:
            break
    assert found.oversold > 0


def test_two_wait_for_each_other_when_the_rows_are_held_in_no_order(
    arena: Callable[..., Arena], registration_database: Database
) -> None:
    before = deadlocks(registration_database)
    arena(variant="disordered").play(rounds=2, seconds=20, kills=False, patience=15)
    assert deadlocks(registration_database) > before


def test_the_checker_sees_who_went_before_another() -> None:
    first, second, room = (
        Promoted("P1", frozenset(), UUID(int=2)),
        Promoted("P2", frozenset(), UUID(int=3)),
        UUID(int=9),
    )
    assert out_of_order([first, second]) == 0
    assert out_of_order([second, first]) == 1
    assert out_of_order([Promoted("P0", frozenset(), None), first]) == 1
    assert out_of_order([Promoted("P0", frozenset({room}), None), first]) == 0


def test_everybody_does_what_her_name_says() -> None:
    done = [disposition(f"P{number:04}") for number in range(20)]
    assert sorted(done) == ["accepts"] * 11 + ["declines"] * 4 + ["waits"] * 3 + ["withdraws"] * 2
