"""No domain gets mail faster than it wants, and a new mail server no more a day than its plan says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from services.notifications.settings import RelayPlan
from shared.settings import UnusableSettings
from tests.support.mail import arrange_campaign, carry_once, mail_settings, states
from tests.support.patience import let_time_pass
from tests.support.relay import running_relay

if TYPE_CHECKING:
    from shared.database import Database

NOWHERE = "smtp://127.0.0.1:1"
AWAY = "redis://127.0.0.1:1/0"


def waits_of(owner: Database) -> list[float]:
    """Return how many seconds each mail that waits has to wait, the shortest first."""
    with owner.reading() as session:
        rows = session.execute(
            text(
                "SELECT extract(epoch FROM not_before - now()) FROM notifications.delivery"
                " WHERE state = 'queued' AND not_before > now() ORDER BY not_before"
            )
        )
        return [float(seconds) for seconds in rows.scalars()]


@pytest.mark.parametrize("redis", ["there", "away"])
def test_a_domain_gets_what_it_wants_and_the_others_have_moments_of_their_own(
    owner_database: Database, notifications_database: Database, valkey_url: str, redis: str
) -> None:
    arrange_campaign(owner_database, recipients=24)
    limits: dict[str, Any] = {
        "redis_url": valkey_url if redis == "there" else AWAY,
        "mail_domains": {"example.org": 0.01},
    }
    with running_relay() as relay:
        carry_once(notifications_database, relay.url, **limits)
        assert len(relay.taken) == 1
        waits = waits_of(owner_database)
        assert len(waits) == 23
        gaps = [after - before for before, after in pairwise(waits)]
        assert all(99 < gap < 101 for gap in gaps)
        with owner_database.reading() as session:
            tried = session.execute(text("SELECT sum(attempts) FROM notifications.delivery")).scalar_one()
        assert tried == 1


def test_other_domains_are_not_held_up_and_a_notice_goes_at_once(
    owner_database: Database, notifications_database: Database
) -> None:
    arrange_campaign(owner_database, recipients=6)
    with owner_database.transaction() as session:
        session.execute(
            text(
                "UPDATE notifications.delivery SET address = replace(address, 'example.org', 'Example.COM')"
                " WHERE address < 'p3'"
            )
        )
    with running_relay() as relay:
        carry_once(notifications_database, relay.url, redis_url=AWAY, mail_domains={"example.org": 0.001})
        assert len(relay.taken) == 4
        with owner_database.transaction() as session:
            session.execute(
                text(
                    "UPDATE notifications.delivery SET campaign_id = NULL, kind = 'offer_accepted',"
                    " about_id = id, idempotency_key = id::text, not_before = now()"
                    " WHERE id = (SELECT id FROM notifications.delivery WHERE state = 'queued' LIMIT 1)"
                )
            )
        carry_once(notifications_database, relay.url, redis_url=AWAY, mail_domains={"example.org": 0.001})
        assert len(relay.taken) == 5


def test_what_waited_for_its_moment_is_sent_when_it_comes(
    owner_database: Database, notifications_database: Database
) -> None:
    arrange_campaign(owner_database, recipients=3)
    with running_relay() as relay:
        for _hour in range(3):
            carry_once(notifications_database, relay.url, redis_url=AWAY, mail_domains={"*": 0.001})
            let_time_pass(owner_database, hours=1)
            with owner_database.transaction() as session:
                session.execute(text("UPDATE notifications.domain_pace SET filled_at = now() - interval '1 hour'"))
        assert sorted(relay.recipients()) == ["p0@example.org", "p1@example.org", "p2@example.org"]
    assert states(owner_database) == {"sent": 3}


def test_a_relay_that_is_warmed_up_carries_its_share_and_the_next_one_the_rest(
    owner_database: Database, notifications_database: Database
) -> None:
    arrange_campaign(owner_database, recipients=20)
    today = datetime.now(UTC).date()
    with running_relay() as young, running_relay() as old:
        plans = (
            RelayPlan(name="young", url=young.url, warm_up=(3, 5, 9), warm_up_from=today - timedelta(days=1)),
            RelayPlan(name="old", url=old.url, priority=2),
        )
        carry_once(notifications_database, NOWHERE, mail_relays=plans)
        assert (len(young.taken), len(old.taken)) == (5, 15)
    assert states(owner_database) == {"sent": 20}


def test_a_relay_that_is_warm_and_one_whose_day_has_not_come(
    owner_database: Database, notifications_database: Database
) -> None:
    arrange_campaign(owner_database, recipients=20)
    today = datetime.now(UTC).date()
    with running_relay() as warm, running_relay() as later:
        plans = (
            RelayPlan(name="later", url=later.url, warm_up=(9,), warm_up_from=today + timedelta(days=2)),
            RelayPlan(name="warm", url=warm.url, priority=2, warm_up=(3, 5), warm_up_from=today - timedelta(days=2)),
        )
        carry_once(notifications_database, NOWHERE, mail_relays=plans)
        assert (len(warm.taken), len(later.taken)) == (20, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"mail_domains": {"gmail": 5}},
        {"mail_domains": {"a@gmail.com": 5}},
        {"mail_domains": {"gmail.com": 0}},
        {"mail_relays": ({"name": "a", "url": "smtp://a:25", "warm_up": (5,)},)},
        {"mail_relays": ({"name": "a", "url": "smtp://a:25", "warm_up_from": "2026-01-01"},)},
        {"mail_relays": ({"name": "a", "url": "smtp://a:25", "warm_up": (0,), "warm_up_from": "2026-01-01"},)},
    ],
    ids=["no_domain", "an_address", "never", "no_first_day", "no_plan", "none_on_a_day"],
)
def test_limits_that_make_no_sense_stop_the_start(wrong: dict[str, Any]) -> None:
    with pytest.raises(UnusableSettings):
        mail_settings(NOWHERE, **wrong)
