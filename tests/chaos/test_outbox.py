"""The promise of the outbox under fire: each reaction's effect exactly once, whatever is killed and forgotten."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from tests.chaos.arena import QUEUES, Arena
from tests.chaos.write import accept
from tests.support.postgres import free_port
from tests.support.valkey import running_valkey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from shared.database import Database

DEADLY = UUID(int=0)
"""The fact of the variant ``deadly``; :mod:`tests.chaos.effects` itself can only be imported by a worker."""
pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]


@pytest.fixture
def arena_of(
    owner_database: Database, database_url_for: Callable[[str], str], valkey_url: str, tmp_path: Path
) -> Iterator[Callable[..., Arena]]:
    """Make an arena for one variant; the table of effects has no key, so that a second effect can be seen."""
    with owner_database.transaction() as session:
        session.execute(text("CREATE SCHEMA chaos"))
        session.execute(
            text(
                "CREATE TABLE chaos.effect (subscriber text NOT NULL, offer_id uuid NOT NULL, worker integer NOT NULL,"
                " at timestamptz NOT NULL DEFAULT clock_timestamp())"
            )
        )
        session.execute(text("CREATE INDEX ON chaos.effect (at)"))
        for service in QUEUES:
            session.execute(text(f"GRANT USAGE ON SCHEMA chaos TO academy_{service}"))
            session.execute(text(f"GRANT SELECT, INSERT ON chaos.effect TO academy_{service}"))

    def make(variant: str, redis_url: str = valkey_url) -> Arena:
        environment = {**os.environ, "REDIS_URL": redis_url, "CHAOS_VARIANT": variant}
        for service in ("registration", *QUEUES):
            environment[f"{service.upper()}_DATABASE_URL"] = database_url_for(service)
        return Arena(owner_database, environment, tmp_path, seed=2011)

    yield make
    with owner_database.transaction() as session:
        session.execute(text("DROP SCHEMA chaos CASCADE"))


def test_ten_thousand_facts_take_effect_exactly_once_while_workers_die_and_valkey_forgets(
    arena_of: Callable[..., Arena],
) -> None:
    found = arena_of("outbox").run(facts=10_000, kills=12, seconds=240)
    print(found)  # noqa: T201 - the figures of the run
    assert found.promised == 20_000
    assert found.kills >= 10
    assert (found.missing, found.doubled, found.invented) == (0, 0, 0)
    assert (found.waiting, found.aside) == (0, 0)


def test_the_checker_sees_effects_doubled_when_done_is_a_transaction_of_its_own(
    arena_of: Callable[..., Arena],
) -> None:
    found = arena_of("apart").run(facts=2_000, kills=8, seconds=90)
    print(found)  # noqa: T201
    assert found.kills >= 4
    assert found.broken > 0


def test_the_checker_sees_effects_lost_when_the_message_carries_the_work(arena_of: Callable[..., Arena]) -> None:
    found = arena_of("carried").run(facts=1_000, kills=0, seconds=60, subscribers=("materials",))
    print(found)  # noqa: T201
    assert found.missing > 0


def test_a_worker_never_sleeps_through_work_after_valkey_died_and_came_back(
    registration_database: Database, arena_of: Callable[..., Arena]
) -> None:
    port = free_port()
    arena = arena_of("outbox", redis_url=f"redis://127.0.0.1:{port}/0")
    waits = []
    with ExitStack() as stack:
        for group in (arena.workers[0], arena.clock):
            stack.callback(group.kill)
            group.start()
        for times in range(1, 5):
            with running_valkey(port):
                accept(registration_database, uuid4())
                waits.append(seconds_until(arena, effects=times * len(QUEUES)))
            time.sleep(1.5)
    print("waits after Valkey came back:", [round(wait, 1) for wait in waits])  # noqa: T201
    assert max(waits) < 30


def test_a_fact_that_kills_every_worker_is_put_aside_and_the_others_are_heard(
    registration_database: Database, owner_database: Database, arena_of: Callable[..., Arena]
) -> None:
    arena = arena_of("deadly")
    with ExitStack() as stack:
        for group in (*arena.workers, arena.clock):
            stack.callback(group.kill)
            group.start()
        accept(registration_database, DEADLY)
        for _ in range(20):
            accept(registration_database, uuid4())
        print("seconds:", round(seconds_until(arena, effects=20 * len(QUEUES)), 1))  # noqa: T201
    with owner_database.reading() as session:
        left = session.execute(text("SELECT subscriber, state FROM outbox.entry WHERE state <> 'done'")).all()
    assert sorted(tuple(row) for row in left) == [(queue, "aside") for queue in QUEUES]


def seconds_until(arena: Arena, *, effects: int) -> float:
    began = time.monotonic()
    while arena.effects() != effects:
        assert time.monotonic() - began < 60
        time.sleep(0.05)
    return time.monotonic() - began
