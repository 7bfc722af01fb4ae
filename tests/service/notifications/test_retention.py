"""What came back, and an address that was left out for a time, go when their time is over and not before."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from sqlalchemy import func, insert, select, text

from services.notifications.rounds.retention import PRUNES
from shared.clock import now
from shared.pruning import prune_all
from shared.schema.base import new_id
from shared.schema.notifications import ReturnedMail
from shared.schema.notifications.topics import Suppression
from tests.support.mail import arrange_campaign, carry_once, row_of
from tests.support.relay import RelayBehaviour, running_relay

if TYPE_CHECKING:
    from shared.database import Database

DAY = timedelta(days=1)
UNKNOWN = {"p0@example.org": "550 5.1.1 no such user"}


def came_back(kind: str | None, *, days: int) -> dict[str, Any]:
    moment = now() - days * DAY
    settled = None if kind is None else moment
    return {"id": new_id(), "digest": uuid4().hex, "purpose": "b", "raw": b"x", "kind": kind, "received_at": moment,
            "settled_at": settled}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "young", "old"), [("bounced", 364, 366), ("reply", 364, 366), ("unknown", 89, 91), ("unreadable", 89, 91)]
)
def test_what_came_back_is_forgotten_in_time(
    notifications_database: Database, owner_database: Database, kind: str, young: int, old: int
) -> None:
    stays, goes, waits = came_back(kind, days=young), came_back(kind, days=old), came_back(None, days=1000)
    with owner_database.transaction() as session:
        session.execute(insert(ReturnedMail), [stays, goes, waits])
    assert prune_all(notifications_database, PRUNES, now=now) == 1
    with owner_database.reading() as session:
        assert set(session.scalars(select(ReturnedMail.id))) == {stays["id"], waits["id"]}


def test_an_address_is_forgotten_a_year_after_mail_goes_there_again_and_a_wish_never(
    notifications_database: Database, owner_database: Database
) -> None:
    ends = {"young": now() - 364 * DAY, "old": now() - 366 * DAY, "wish": None}
    rows = [
        {"id": new_id(), "address": f"{name}@example.org", "reason": "asked" if end is None else "bounced",
         "covers": "campaigns", "expires_at": end}
        for name, end in ends.items()
    ]  # fmt: skip
    with owner_database.transaction() as session:
        session.execute(insert(Suppression), rows)
    prune_all(notifications_database, PRUNES, now=now)
    with owner_database.reading() as session:
        assert set(session.scalars(select(Suppression.address))) == {"young@example.org", "wish@example.org"}


@pytest.mark.parametrize(("ended", "left"), [("- interval '1 second'", "refused"), ("+ interval '1 day'", "bounced")])
def test_an_unknown_address_is_left_out_again_once_an_earlier_reason_has_run_out(
    owner_database: Database, notifications_database: Database, ended: str, left: str
) -> None:
    """A reason in force stays: it says more than a refusal does."""
    arrange_campaign(owner_database, recipients=1)
    with owner_database.transaction() as session:
        session.execute(
            text(f"""
            INSERT INTO notifications.suppression (id, address, covers, reason, expires_at)
            VALUES (gen_random_uuid(), 'p0@example.org', 'everything', 'bounced', now() {ended})""")
        )
        if left == "bounced":  # in force only once the mail is out
            session.execute(text("UPDATE notifications.suppression SET address = 'p0@example.com'"))

    def refuse(address: str) -> str | None:
        with owner_database.transaction() as session:
            session.execute(text("UPDATE notifications.suppression SET address = 'p0@example.org'"))
        return UNKNOWN.get(address)

    with running_relay(RelayBehaviour(to_recipient=refuse)) as relay:
        carry_once(notifications_database, relay.url)
    assert row_of(owner_database, "p0@example.org").state == "failed"
    with owner_database.reading() as session:
        [found] = session.scalars(select(Suppression)).all()
        again = found.expires_at is None or found.expires_at > session.execute(select(func.now())).scalar_one()
    assert (found.reason, again) == (left, True)
    assert (found.covers == "campaigns") is (left == "refused")
