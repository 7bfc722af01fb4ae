"""One clock for all: a process keeps to PostgreSQL's, and what another signed a moment ahead is good."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from itsdangerous import SignatureExpired, URLSafeTimedSerializer

from shared.clock import follow, now
from shared.stamps import Stamped
from shared.vault import Vault
from tests.support.patience import clock_ahead

SECRET = "a secret that is only good for tests"
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("by", [5 * MINUTE, -5 * MINUTE, timedelta(days=-400)], ids=str)
def test_the_present_moment_is_that_of_the_clock_that_was_heard_of(by: timedelta) -> None:
    with clock_ahead(by):
        assert abs(now() - (datetime.now(UTC) + by)) < timedelta(seconds=1)
    assert abs(now() - datetime.now(UTC)) < timedelta(seconds=1)


def test_what_two_good_clocks_and_the_journey_between_them_differ_by_is_not_noticed() -> None:
    moment = datetime.now(UTC)
    for ahead, journey in ((0.9, 0), (-0.9, 0), (4, 5)):
        answered_at = moment + timedelta(seconds=journey)
        follow(moment + timedelta(seconds=journey / 2 + ahead), asked_at=moment, answered_at=answered_at)
        assert abs(now() - datetime.now(UTC)) < timedelta(seconds=0.1), (ahead, journey)


def test_what_was_signed_by_a_clock_ahead_is_good_and_ends_when_its_time_is_over() -> None:
    signer = URLSafeTimedSerializer(SECRET, signer=Stamped)
    with clock_ahead(5 * MINUTE):
        token = signer.dumps("x")
    assert signer.loads(token, max_age=60) == "x"
    with clock_ahead(7 * MINUTE), pytest.raises(SignatureExpired):
        signer.loads(token, max_age=60)


def test_what_was_sealed_by_a_clock_ahead_opens_and_ends_when_its_time_is_over() -> None:
    with clock_ahead(5 * MINUTE):
        sealed = Vault(SECRET).seal("x")
    assert Vault(SECRET).open(sealed, max_age=MINUTE) == "x"
    with clock_ahead(7 * MINUTE):
        assert Vault(SECRET).open(sealed, max_age=MINUTE) is None
        assert Vault(SECRET).open(sealed) == "x"
