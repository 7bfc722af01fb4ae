"""Several mail servers: what ails one of them holds up nobody."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from services.notifications.lanes import introduce_relays
from services.notifications.queries.relays import troubles
from services.notifications.settings import RelayPlan
from services.notifications.views.figures import mail_flow
from shared.settings import UnusableSettings
from shared.web.door.metrics import exposition
from tests.support.mail import arrange_campaign, carry_once, mail_settings, row_of, states
from tests.support.patience import let_time_pass
from tests.support.relay import RelayBehaviour, running_relay

if TYPE_CHECKING:
    from shared.database import Database

NOWHERE = "smtp://127.0.0.1:1"


def plans(first: str, second: str, **more: Any) -> tuple[RelayPlan, ...]:
    return (RelayPlan(name="ours", url=first, **more), RelayPlan(name="spare", url=second, priority=2))


def taken_by(database: Database) -> dict[str, int]:
    with database.reading() as session:
        rows = session.execute(text("SELECT relay, count(*) FROM notifications.delivery GROUP BY relay"))
        return dict(rows.all())


@pytest.mark.parametrize(
    "ailing",
    [
        RelayBehaviour(to_sender=lambda _sender: "553 5.7.1 sender refused"),
        RelayBehaviour(to_recipient=lambda _recipient: "554 5.7.1 you are on a list"),
        RelayBehaviour(to_message=lambda _recipient: "421 4.7.0 not now"),
    ],
)
def test_a_relay_that_refuses_us_is_left_and_the_spare_one_takes_every_mail_once(
    ailing: RelayBehaviour, owner_database: Database, notifications_database: Database
) -> None:
    arrange_campaign(owner_database, recipients=12)
    with running_relay(ailing) as ours, running_relay() as spare:
        for _ in range(4):
            carry_once(notifications_database, NOWHERE, mail_relays=plans(ours.url, spare.url))
            let_time_pass(owner_database, minutes=20)
    assert sorted(spare.recipients()) == sorted(f"p{number}@example.org" for number in range(12))
    assert states(owner_database) == {"sent": 12}
    assert taken_by(owner_database) == {"spare": 12}


def test_a_relay_that_is_away_costs_nothing_but_the_way_to_the_next(
    owner_database: Database, notifications_database: Database
) -> None:
    arrange_campaign(owner_database, recipients=5)
    with running_relay() as spare:
        carry_once(notifications_database, NOWHERE, mail_relays=plans(NOWHERE, spare.url))
    assert states(owner_database) == {"sent": 5}
    assert taken_by(owner_database) == {"spare": 5}
    assert row_of(owner_database, "p0@example.org").attempts == 1


def test_the_first_relay_is_gone_back_to_when_it_is_well_again(
    owner_database: Database, notifications_database: Database
) -> None:
    arrange_campaign(owner_database, recipients=9)
    answers: list[str] = ["553 5.7.1 sender refused"]
    behaviour = RelayBehaviour(to_sender=lambda _sender: answers[0] if answers else None)

    def heal(_recipient: str) -> None:
        if len(spare.taken) == 2 and answers:
            answers.clear()
            let_time_pass(owner_database, minutes=20)

    with running_relay(behaviour) as ours, running_relay(RelayBehaviour(to_recipient=heal)) as spare:
        carry_once(notifications_database, NOWHERE, mail_relays=plans(ours.url, spare.url), mail_batch=1)
    assert states(owner_database) == {"sent": 9}
    assert ours.taken
    assert spare.taken
    assert len(ours.taken) + len(spare.taken) == 9


def test_a_lane_stands_still_only_when_every_relay_is_in_trouble(
    owner_database: Database, notifications_database: Database
) -> None:
    arrange_campaign(owner_database, recipients=1)
    with running_relay() as spare:
        both = plans(NOWHERE, spare.url)
        introduce_relays(notifications_database, mail_settings(NOWHERE, mail_relays=both))
        carry_once(notifications_database, NOWHERE, mail_relays=both)
    with notifications_database.reading() as session:
        assert troubles(session) == {}
    with owner_database.transaction() as session:
        session.execute(text("UPDATE notifications.delivery SET state = 'queued', settled_at = NULL"))
        session.execute(text("UPDATE notifications.campaign SET state = 'sending', finished_at = NULL"))
    let_time_pass(owner_database, minutes=20)
    carry_once(notifications_database, NOWHERE, mail_relays=plans(NOWHERE, NOWHERE))
    with notifications_database.reading() as session:
        assert troubles(session)["campaigns"][0] == "unreachable"


def test_relays_are_read_from_the_environment_and_a_wrong_one_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(
        "MAIL_RELAYS", json.dumps([{"name": "a", "url": "smtp://x.example"}, {"name": "b", "url": NOWHERE}])
    )
    assert [plan.name for plan in mail_settings(NOWHERE).relays] == ["a", "b"]
    monkeypatch.setenv("MAIL_RELAYS", json.dumps([{"name": "a", "url": "http://u:secret@x.example"}]))
    with pytest.raises(UnusableSettings) as refused:
        mail_settings(NOWHERE)
    assert "MAIL_RELAYS" in str(refused.value)
    assert "secret" not in str(refused.value)
    monkeypatch.delenv("MAIL_RELAYS")
    assert [plan.name for plan in mail_settings(NOWHERE).relays] == ["main"]


def test_prometheus_reads_what_each_relay_took_and_what_is_left_open(
    owner_database: Database, notifications_database: Database
) -> None:
    arrange_campaign(owner_database, recipients=4)
    ailing = RelayBehaviour(
        to_recipient=lambda to: "550 5.1.1 nobody here" if to.startswith("p0") else None,
        to_message=lambda to: "hang up" if to.startswith("p1") else None,
    )
    with running_relay(ailing) as ours:
        for _ in range(2):
            carry_once(notifications_database, NOWHERE, mail_relays=plans(ours.url, NOWHERE))
            let_time_pass(owner_database, minutes=1)
    told = exposition(notifications_database, (mail_flow,))[0].decode()
    for line in (
        'academy_mail_settled{relay="ours",state="sent"} 2.0',
        'academy_mail_settled{relay="ours",state="failed"} 1.0',
        'academy_mail_left{what="doubts"} 1.0',
        'academy_mail_oldest_seconds{lane="campaigns"} 0.0',
    ):
        assert line in told
