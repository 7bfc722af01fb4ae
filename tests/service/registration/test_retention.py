"""What has a lifetime goes when it is over, and not before."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import pytest
from sqlalchemy import func, insert, select, update

from services.registration.rounds.retention import PRUNES
from shared.pruning import prune_all
from shared.schema.base import Base, Published
from shared.schema.notifications.topics import Suppression
from shared.schema.outbox.entries import Entry, FactRow
from shared.schema.outbox.idempotency import IdempotencyKey
from shared.schema.outbox.kept_forms import KeptForm, KeptPage
from shared.schema.people.credentials import ApiToken, RecoveryCode, SessionRow, SignInLink, StaffInvitation
from shared.schema.registration import Application, Offer
from tests.support.mail import make_person
from tests.support.registration import NOW, make_edition, submit_unproved

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from shared.database import Database

DAY = timedelta(days=1)
LIFETIMES: Final[list[tuple[type[Base], dict[str, Any], dict[str, Any]]]] = [
    (SignInLink, {"expires_at": NOW - 29 * DAY}, {"expires_at": NOW - 31 * DAY}),
    (StaffInvitation, {"expires_at": NOW - 29 * DAY}, {"expires_at": NOW - 31 * DAY}),
    (RecoveryCode, {"used_at": NOW - 29 * DAY}, {"used_at": NOW - 31 * DAY}),
    (RecoveryCode, {"used_at": None}, {"used_at": NOW - 400 * DAY}),
    (SessionRow, {"expires_at": NOW - 29 * DAY}, {"expires_at": NOW - 31 * DAY}),
    (SessionRow, {"expires_at": NOW + DAY}, {"expires_at": NOW + DAY, "revoked_at": NOW - 31 * DAY}),
    (ApiToken, {"expires_at": NOW - 89 * DAY}, {"expires_at": NOW - 91 * DAY}),
    (ApiToken, {"expires_at": NOW + DAY}, {"expires_at": NOW + DAY, "revoked_at": NOW - 91 * DAY}),
    (IdempotencyKey, {"created_at": NOW - 6 * DAY}, {"created_at": NOW - 8 * DAY}),
    (KeptPage, {"expires_at": NOW + timedelta(seconds=1)}, {"expires_at": NOW - timedelta(seconds=1)}),
    (KeptForm, {"expires_at": NOW + timedelta(seconds=1)}, {"expires_at": NOW - timedelta(seconds=1)}),
]


def count(database: Database, row: type[Base]) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(row)) or 0


def prune(database: Database, *, now: datetime = NOW, batch: int = 5_000) -> int:
    return prune_all(database, PRUNES, now=lambda: now, batch=batch)


@pytest.mark.parametrize(("row", "kept", "gone"), LIFETIMES)
def test_each_kind_goes_when_its_time_is_over_and_not_before(
    registration_database: Database, row: type[Base], kept: dict[str, Any], gone: dict[str, Any]
) -> None:
    person_id = make_person(registration_database, "staff@example.org")
    with registration_database.transaction() as session:
        for moments in (kept, gone):
            session.execute(insert(row).values(**(filled(row, person_id) | moments)))
    assert prune(registration_database) == 1
    with registration_database.reading() as session:
        name, left = next(iter(kept.items()))
        assert session.scalars(select(getattr(row, name))).all() == [left]


def filled(row: type[Base], person_id: UUID) -> dict[str, Any]:
    """A value for each column of ``row`` that must have one."""
    secret = uuid4().hex
    known: dict[str, Any] = {
        "id": uuid4(), "person_id": person_id, "token_hash": secret, "code_hash": secret, "secret_hash": secret,
        "name_hash": secret, "browser_hash": secret,
        "sealed": "x", "means": "link", "name": "A program", "scopes": [], "scope": "x", "key": secret,
        "body_hash": "", "status": 200, "answer": {}, "expires_at": NOW,
    }  # fmt: skip
    return {name: value for name, value in known.items() if name in row.__table__.columns}


def test_an_application_nobody_proved_goes_with_what_is_told_of_it(registration_database: Database) -> None:
    edition_id = make_edition(registration_database)
    old = submit_unproved(registration_database, edition_id, email="old@example.org", now=NOW)
    young = submit_unproved(registration_database, edition_id, email="young@example.org", now=NOW + 2 * DAY)
    with registration_database.transaction() as session:
        session.execute(update(Entry).values(state="done", done_at=NOW))
    prune(registration_database, now=NOW + 31 * DAY)
    with registration_database.reading() as session:
        assert session.scalars(select(Application.id)).all() == [young]
        assert old not in set(session.scalars(select(FactRow.subject_id)))
        assert young in set(session.scalars(select(FactRow.subject_id)))


def test_an_unproved_application_of_which_somebody_has_still_to_hear_stays(registration_database: Database) -> None:
    edition_id = make_edition(registration_database)
    submit_unproved(registration_database, edition_id, email="old@example.org", now=NOW)
    prune(registration_database, now=NOW + 31 * DAY)
    assert count(registration_database, Application) == 1


def test_more_than_a_batch_goes_in_one_round(registration_database: Database) -> None:
    with registration_database.transaction() as session:
        for _ in range(7):
            session.execute(insert(KeptForm).values(secret_hash=uuid4().hex, sealed="x", expires_at=NOW - DAY))
    assert prune(registration_database, batch=3) == 7
    assert count(registration_database, KeptForm) == 0


def test_every_table_whose_rows_come_to_an_end_stands_above() -> None:
    ends = {
        row
        for row in (mapper.class_ for mapper in Base.registry.mappers)
        if not issubclass(row, Published) and {"expires_at", "used_at"} & set(row.__table__.columns.keys())
    }
    last = {Offer, Suppression}  # the history of whoever had it, and of an address that did not take mail
    assert ends - last == {row for row, *_ in LIFETIMES} - {IdempotencyKey}
