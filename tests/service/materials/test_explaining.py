from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from services.materials.actions.shelves import place_on_shelf, put_up_shelf
from services.materials.rules.explaining import ShelfAsked, findings, may_open_it
from shared.clock import now
from shared.deeds import Deed
from shared.people.actions.tokens import make_api_token
from shared.schema.base import new_id
from shared.web.door.lifetimes import ABSOLUTE
from tests.support.academy import applicant_of, place_of, set_place
from tests.support.library import reader_in
from tests.support.web import person_called, signed_in_as, visitor

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from flask import Flask

    from shared.database import Database

SOON = timedelta(days=3)


@pytest.mark.parametrize(
    ("standing", "why"),
    [
        (None, "not_applied"),
        ({"waiting"}, "waiting"),
        ({"offered"}, "offered"),
        ({"reserve"}, "reserve"),
        ({"declined"}, "declined"),
        (set(), "no_place"),
    ],
)
def test_a_shelf_for_people_with_a_place_says_what_is_missing(standing: set[str] | None, why: str) -> None:
    flags = None if standing is None else frozenset(standing)
    shelf = ShelfAsked(new_id(), new_id(), "accepted", None, None, flags, is_hers=False)
    told = findings([shelf], states=["published"], now=now())
    assert ([one.why for one in told], may_open_it(told)) == ([why], False)


def test_times_releases_and_shelves_are_told_and_what_opens_comes_first() -> None:
    moment, edition = now(), new_id()

    def shelf(opens: timedelta | None, closes: timedelta | None, *, rule: str = "registered") -> ShelfAsked:
        opens_at, closes_at = (None if one is None else moment + one for one in (opens, closes))
        return ShelfAsked(new_id(), edition, rule, opens_at, closes_at, frozenset({"waiting"}), is_hers=True)

    shelves = [shelf(SOON, None), shelf(None, -SOON), shelf(-SOON, SOON, rule="public")]
    told = findings(shelves, states=["draft", "published"], now=moment)
    assert [one.why for one in told] == ["opens", "later", "over"]
    assert [one.moment for one in told] == [None, moment + SOON, moment - SOON]
    assert may_open_it(told)
    for states, why in ((["draft"], "unpublished"), (["withdrawn", "draft"], "withdrawn")):
        told = findings(shelves, states=states, now=moment)
        assert (told[0].why, may_open_it(told)) == (why, False)
    assert [one.why for one in findings([], states=["published"], now=moment)] == ["no_shelf"]


def test_the_librarian_learns_by_name_why_somebody_cannot_open_it(
    app: Flask, registration_database: Database, materials_database: Database, tmp_path: Path, edition: UUID
) -> None:
    for name in ("Ada Lovelace", "Ada Nobody", "Bea"):
        person = person_called(registration_database, name)
        if name == "Bea":
            bea, enrolment = person, place_of(registration_database, edition_id=edition, person_id=person)
        else:
            applicant_of(registration_database, edition_id=edition, person_id=person)
    reader_in(materials_database, tmp_path, edition_id=edition)
    staff = person_called(registration_database, "Librarian", roles=[("librarian", edition)])
    desk = signed_in_as(app, registration_database, staff, means="staff")
    page = "/desk/materials/p/reader/why"
    assert page in desk.get("/desk/materials/p/reader").text
    assert "Whom do you mean" in desk.get(f"{page}?name=ada").text
    told = desk.get(f"{page}?name=lovelace").text
    assert "<bdi>Ada Lovelace</bdi> cannot open this." in told
    assert "not decided yet" in told
    assert "<bdi>Bea</bdi> can open this." in desk.get(f"{page}?name=bea").text
    set_place(registration_database, enrolment_id=enrolment, state="withdrawn")
    assert "<bdi>Bea</bdi> cannot open this." in desk.get(f"{page}?name=nobody&person={bea}").text
    for nothing in ("zzz", "%25", "_", "'"):
        assert "Nobody of this name applied" in desk.get(f"{page}?name={nothing}").text
    assert desk.get(f"{page}?person=x").status_code == 200
    with registration_database.transaction() as session:
        secret = make_api_token(
            session, name="why", scopes=["materials:read"], lasts=ABSOLUTE["staff"], deed=Deed(staff, now())
        )
    bearer = {"Authorization": f"Bearer {secret}"}
    answer = visitor(app).get(f"/api/materials/v1/publications/reader/why?person={bea}", headers=bearer)
    assert answer.get_json()["can_open"] is False
    other = visitor(app).get(f"/api/materials/v1/publications/reader/why?person={staff}", headers=bearer)
    assert other.status_code == 404


def test_what_opens_later_is_announced_to_those_it_is_for_and_nothing_of_it_is_shown(
    app: Flask, registration_database: Database, materials_database: Database, tmp_path: Path, edition: UUID
) -> None:
    ada, stranger = (person_called(registration_database, name) for name in ("Ada", "Stranger"))
    place_of(registration_database, edition_id=edition, person_id=ada)
    reader = reader_in(materials_database, tmp_path, edition_id=edition, opens_at=now() + SOON)
    browser, other = (signed_in_as(app, registration_database, person) for person in (ada, stranger))
    page = browser.get("/materials/reader")
    assert page.status_code == 200
    assert "Not open yet" in page.text
    assert "Our common road" in page.text
    assert reader.path not in page.text
    assert "What the week is about" not in page.text
    assert browser.get(reader.path).status_code == 404
    assert "Not open yet" in browser.get("/materials").text
    for nobody in (other.get("/materials/reader"), other.get("/materials")):
        assert "Our common road" not in nobody.text
    assert "/sign-in" in visitor(app).get("/materials/reader").headers["Location"]
    with materials_database.transaction() as session:
        deed = Deed(None, now())
        shelf = put_up_shelf(
            session, edition_id=edition, names={}, rule="registered", opens_at=None, closes_at=None, deed=deed
        )
        place_on_shelf(session, shelf_id=shelf.id, publication_id=reader.publication_id, deed=deed)
    assert "Not open yet" not in browser.get("/materials/reader").text
