from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from services.materials.reactions import reactions
from shared.clock import now
from shared.facts.registration import EnrolmentWithdrawn, OfferAccepted
from shared.outbox import drain, record
from shared.schema.base import new_id
from shared.schema.materials.shelves import ShelfMember
from shared.schema.outbox.entries import FactRow
from tests.support.academy import applicant_of, edition_called, place_of, set_place
from tests.support.library import materials_app, reader_in
from tests.support.web import person_called, signed_in_as, visitor

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path
    from uuid import UUID

    from shared.database import Database


def tell_accepted(registration: Database, *, edition_id: UUID, enrolment_id: UUID, person_id: UUID) -> None:
    with registration.transaction() as session:
        fact = OfferAccepted(offer_id=new_id(), enrolment_id=enrolment_id, person_id=person_id, edition_id=edition_id)
        record(session, fact)


def react(materials: Database) -> int:
    drained = drain(materials, reactions, seconds=10, now=now)
    assert drained.failed == 0
    return drained.done


def facts_called(database: Database, name: str) -> list[UUID | None]:
    with database.reading() as session:
        return list(session.scalars(select(FactRow.person_id).where(FactRow.name == name)))


def open_members(database: Database) -> list[tuple[UUID, datetime | None]]:
    with database.reading() as session:
        return [(row.person_id, row.closed_at) for row in session.scalars(select(ShelfMember))]


def test_whoever_accepts_an_offer_finds_the_reader_on_the_shelf(
    registration_database: Database, materials_database: Database, tmp_path: Path
) -> None:
    edition = edition_called(registration_database, "montreal-2011")
    ada = person_called(registration_database, "Ada")
    reader = reader_in(materials_database, tmp_path, edition_id=edition)
    enrolment = place_of(registration_database, edition_id=edition, person_id=ada)
    browser = signed_in_as(materials_app(materials_database, tmp_path), registration_database, ada)
    assert browser.get(reader.path).status_code == 404

    tell_accepted(registration_database, edition_id=edition, enrolment_id=enrolment, person_id=ada)
    assert react(materials_database) == 1

    answer = browser.get(reader.path)
    assert answer.status_code == 200
    assert answer.headers["X-Accel-Redirect"] == f"/_files/{reader.sha256[:2]}/{reader.sha256}"
    assert facts_called(materials_database, "ShelfOpened") == [ada]


def test_hearing_twice_of_one_place_opens_the_shelf_once(
    registration_database: Database, materials_database: Database, tmp_path: Path
) -> None:
    edition = edition_called(registration_database, "montreal-2011")
    ada = person_called(registration_database, "Ada")
    reader_in(materials_database, tmp_path, edition_id=edition)
    enrolment = place_of(registration_database, edition_id=edition, person_id=ada)
    for _time in range(2):
        tell_accepted(registration_database, edition_id=edition, enrolment_id=enrolment, person_id=ada)
    assert react(materials_database) == 2
    assert open_members(materials_database) == [(ada, None)]
    assert facts_called(materials_database, "ShelfOpened") == [ada]


def test_a_shelf_put_up_later_is_open_to_those_who_have_a_place_already(
    registration_database: Database, materials_database: Database, tmp_path: Path
) -> None:
    edition = edition_called(registration_database, "montreal-2011")
    ada, gone = person_called(registration_database, "Ada"), person_called(registration_database, "Gone")
    place_of(registration_database, edition_id=edition, person_id=ada)
    place_of(registration_database, edition_id=edition, person_id=gone, state="withdrawn")
    reader_in(materials_database, tmp_path, edition_id=edition)
    assert open_members(materials_database) == [(ada, None)]


def test_a_withdrawal_closes_the_reader_at_once_and_the_fact_closes_the_shelf(
    registration_database: Database, materials_database: Database, tmp_path: Path
) -> None:
    edition = edition_called(registration_database, "montreal-2011")
    ada = person_called(registration_database, "Ada")
    enrolment = place_of(registration_database, edition_id=edition, person_id=ada)
    reader = reader_in(materials_database, tmp_path, edition_id=edition)
    browser = signed_in_as(materials_app(materials_database, tmp_path), registration_database, ada)
    assert browser.get(reader.path, headers={"Range": "bytes=0-9"}).status_code == 200

    set_place(registration_database, enrolment_id=enrolment, state="withdrawn")
    refused = browser.get(reader.path, headers={"Range": "bytes=10-"})
    assert refused.status_code == 404
    assert refused.headers["Cache-Control"] == "no-store"
    assert "X-Accel-Redirect" not in refused.headers

    with registration_database.transaction() as session:
        record(session, EnrolmentWithdrawn(enrolment_id=enrolment, person_id=ada, edition_id=edition))
    react(materials_database)
    [(_person, closed_at)] = open_members(materials_database)
    assert closed_at is not None
    set_place(registration_database, enrolment_id=enrolment, state="accepted")
    assert browser.get(reader.path).status_code == 404


def test_an_acceptance_heard_after_the_withdrawal_opens_nothing(
    registration_database: Database, materials_database: Database, tmp_path: Path
) -> None:
    edition = edition_called(registration_database, "montreal-2011")
    ada = person_called(registration_database, "Ada")
    reader_in(materials_database, tmp_path, edition_id=edition)
    enrolment = place_of(registration_database, edition_id=edition, person_id=ada, state="withdrawn")
    tell_accepted(registration_database, edition_id=edition, enrolment_id=enrolment, person_id=ada)
    assert react(materials_database) == 1
    assert open_members(materials_database) == []


@pytest.mark.parametrize(
    ("rule", "stranger", "applicant", "enrolled", "nobody"),
    [
        ("public", 200, 200, 200, 200),
        ("registered", 404, 200, 200, 403),
        ("accepted", 404, 404, 200, 403),
    ],
)
def test_each_rule_opens_to_whom_it_names(
    rule: str,
    stranger: int,
    applicant: int,
    enrolled: int,
    nobody: int,
    registration_database: Database,
    materials_database: Database,
    tmp_path: Path,
) -> None:
    edition = edition_called(registration_database, "montreal-2011")
    elsewhere = edition_called(registration_database, "agadir-2012")
    people = {name: person_called(registration_database, name) for name in ("Stranger", "Applicant", "Enrolled")}
    place_of(registration_database, edition_id=elsewhere, person_id=people["Stranger"])
    applicant_of(registration_database, edition_id=edition, person_id=people["Applicant"])
    place_of(registration_database, edition_id=edition, person_id=people["Enrolled"])
    reader = reader_in(materials_database, tmp_path, edition_id=edition, rule=rule)
    app = materials_app(materials_database, tmp_path)
    seen = [signed_in_as(app, registration_database, person).get(reader.path).status_code for person in people.values()]
    assert seen == [stranger, applicant, enrolled]
    assert visitor(app).get(reader.path).status_code == nobody


def test_a_draft_is_for_those_who_keep_the_library_only(
    registration_database: Database, materials_database: Database, tmp_path: Path
) -> None:
    edition = edition_called(registration_database, "montreal-2011")
    elsewhere = edition_called(registration_database, "agadir-2012")
    ada = person_called(registration_database, "Ada")
    place_of(registration_database, edition_id=edition, person_id=ada)
    reader = reader_in(materials_database, tmp_path, edition_id=edition, published=False)
    app = materials_app(materials_database, tmp_path)
    keeper = person_called(registration_database, "Keeper", roles=[("librarian", edition)])
    other = person_called(registration_database, "Other", roles=[("librarian", elsewhere)])
    assert signed_in_as(app, registration_database, ada).get(reader.path).status_code == 404
    assert signed_in_as(app, registration_database, keeper, means="staff").get(reader.path).status_code == 200
    assert signed_in_as(app, registration_database, keeper).get(reader.path).status_code == 404
    assert signed_in_as(app, registration_database, other, means="staff").get(reader.path).status_code == 404
    assert facts_called(materials_database, "DownloadStarted") == []
