"""Limits hold with Redis, without it, and across its return; nobody waits for a dead Redis."""

from __future__ import annotations

from contextlib import suppress
from socket import socket
from typing import TYPE_CHECKING

import pytest
from flask import Blueprint, Flask
from redis import Redis

from shared.people.rules.emails import normal_email
from shared.web.door.limits import by_caller, by_field, limited
from shared.web.door.policy import csrf_exempt, public
from tests.support.web import NOBODY, app_of, visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.database import Database


def rooms() -> Blueprint:
    blueprint = Blueprint("rooms", __name__)

    @blueprint.post("/send")
    @public
    @csrf_exempt("a test of limits, not of forms")
    @limited("20 per minute", by=by_caller)
    @limited("3 per minute", by=by_field("email", reading=normal_email))
    def send() -> str:
        return "sent"

    return blueprint


def answers(app: Flask, email: str, times: int, caller: str = "198.18.0.1") -> list[int]:
    headers = {"X-Forwarded-For": caller}
    return [visitor(app).post("/send", data={"email": email}, headers=headers).status_code for _ in range(times)]


def test_two_processes_share_one_count_in_redis(registration_database: Database, valkey_url: str) -> None:
    one, other = (app_of(rooms(), database=registration_database, redis_url=valkey_url) for _ in range(2))
    assert answers(one, "ada@example.org", 2) + answers(other, "Ada@example.org ", 2) == [200, 200, 200, 429]
    assert answers(other, "bob@example.org", 1) == [200]


def test_who_is_held_up_as_a_caller_uses_up_nobody_elses_count(
    registration_database: Database, valkey_url: str
) -> None:
    app = app_of(rooms(), database=registration_database, redis_url=valkey_url)
    greedy = [answers(app, f"person-{number}@example.org", 1, caller="198.18.0.7")[0] for number in range(20)]
    assert greedy == [200] * 20
    assert answers(app, "cleo@example.org", 5, caller="198.18.0.7") == [429] * 5
    assert answers(app, "cleo@example.org", 4, caller="198.18.0.8") == [200, 200, 200, 429]


def test_all_limits_of_a_view_are_counted_in_one_journey(registration_database: Database, valkey_url: str) -> None:
    app = app_of(rooms(), database=registration_database, redis_url=valkey_url)
    answers(app, "dora@example.org", 1, caller="198.18.0.9")
    with Redis.from_url(valkey_url) as onlooker:
        onlooker.config_resetstat()
        assert answers(app, "dora@example.org", 1, caller="198.18.0.9") == [200]
        sent = {name for name in onlooker.info("commandstats") if name.startswith("cmdstat_eval")}
        calls = sum(onlooker.info("commandstats")[name]["calls"] for name in sent)
    assert calls == 1


@pytest.fixture
def silent() -> Iterator[socket]:
    """Stand for a Redis that takes connections and never answers."""
    with socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        silent.setblocking(False)
        yield silent


def url_of(silent: socket) -> str:
    return f"redis://127.0.0.1:{silent.getsockname()[1]}/0"


def callers_of(silent: socket) -> int:
    """Return how many connections wait to be taken."""
    count = 0
    with suppress(BlockingIOError):
        while True:
            silent.accept()[0].close()
            count += 1
    return count


def test_without_redis_each_process_counts(registration_database: Database) -> None:
    app = app_of(rooms(), database=registration_database, redis_url=NOBODY)
    assert answers(app, "ada@example.org", 5) == [200, 200, 200, 429, 429]


def test_beside_a_redis_that_does_not_answer_each_process_counts(
    registration_database: Database, silent: socket
) -> None:
    app = app_of(rooms(), database=registration_database, redis_url=url_of(silent))
    assert answers(app, "ada@example.org", 4) == [200, 200, 200, 429]


def test_a_redis_that_does_not_answer_is_waited_for_once(registration_database: Database, silent: socket) -> None:
    app = app_of(rooms(), database=registration_database, redis_url=url_of(silent))
    answers(app, "ada@example.org", 1)
    assert callers_of(silent) > 0
    answers(app, "ada@example.org", 4)
    assert callers_of(silent) == 0


@pytest.mark.parametrize(
    ("first", "second", "same"), [("2001:db8::1", "2001:db8::2", True), ("198.18.0.1", "198.18.0.2", False)]
)
def test_callers_are_told_apart_by_address_or_network(
    registration_database: Database, first: str, second: str, same: bool
) -> None:
    app = app_of(rooms(), database=registration_database)
    for number in range(20):
        assert answers(app, f"{number}@example.org", 1, caller=first) == [200]
    assert answers(app, "x@example.org", 1, caller=first) == [429]
    assert answers(app, "y@example.org", 1, caller=second) == ([429] if same else [200])
