"""Applications at the desk: found as people type, sorted as readers read; a corrected name is the name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from services.registration.actions.applications import edit_application
from services.registration.app import BLUEPRINTS
from services.registration.queries.applications import person_of
from services.registration.queries.lines import Count, Order, Page, Wish, application_page
from shared.deeds import Deed
from shared.people.actions.people import change_preferences
from tests.support.registration import NOW, answers_of, apply, make_edition
from tests.support.web import app_of, person_called, signed_in_as

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

    from shared.database import Database


def listed(session: Session, edition_id: UUID, wish: Wish, order: Order = Order("submitted_at", "en")) -> Page:  # noqa: B008
    return application_page(
        session, edition_id=edition_id, wish=wish, order=order, descending=False, offset=0, limit=10
    )


@pytest.mark.parametrize(
    ("typed", "found"),
    [("angstrom", 1), ("GROSSMANN", 1), ("احمد", 1), ("A\u030angstro\u0308m", 1), ("kooperative łódz", 1),
     ("apprendre etre", 1), ("%", 0), ("nobody", 0), ("\x00", 4)],
)  # fmt: skip
def test_an_application_is_found_however_its_letters_are_typed(
    registration_database: Database, typed: str, found: int
) -> None:
    edition_id = make_edition(registration_database)
    apply(registration_database, edition_id, name="Åsa Ångström", email="a@example.org", organisation="X")
    apply(
        registration_database, edition_id, name="Jörg Großmann", email="b@example.org", organisation="Kooperative Łódź"
    )
    apply(registration_database, edition_id, name="أحمد", email="c@example.org", motivation="Pour apprendre à être.")
    apply(registration_database, edition_id, name="Zoe", email="d@example.org")
    with registration_database.reading() as session:
        wish = Wish(search=typed.replace("\x00", ""))
        page = listed(session, edition_id, wish)
        assert page.count == Count(found)
        assert len(page.rows) == found


def test_a_column_of_countries_is_sorted_by_their_names_in_the_readers_language(
    registration_database: Database,
) -> None:
    edition_id = make_edition(registration_database)
    for country in ("VN", "EG", "ES", "DE", "ZW"):
        apply(registration_database, edition_id, email=f"{country.lower()}@example.org", country=country)
    organiser = person_called(registration_database, "Odile", roles=["organiser"], locale="fr")
    desk = signed_in_as(
        app_of(*BLUEPRINTS, database=registration_database), registration_database, organiser, means="staff"
    )
    page = desk.get("/desk/e/spring-2026/applications?sort=country").text.split("<tbody")[1]
    names = ["Allemagne", "Égypte", "Espagne", "Viêt Nam", "Zimbabwe"]
    assert sorted(names, key=page.index) == names
    choices = desk.get("/desk/e/spring-2026/applications").text
    assert all(f">{name}<" in choices or name in choices for name in names)


def test_names_are_sorted_by_the_readers_alphabet(registration_database: Database) -> None:
    edition_id = make_edition(registration_database)
    for number, name in enumerate(["Zoë", "Éric", "Łukasz", "Ñandú", "Nuria", "أحمد"]):
        apply(registration_database, edition_id, email=f"n{number}@example.org", name=name)

    def names(language: str) -> list[str]:
        with registration_database.reading() as session:
            return [row.name for row in listed(session, edition_id, Wish(), Order("name", language)).rows]

    assert names("fr") == ["Éric", "Łukasz", "Ñandú", "Nuria", "Zoë", "أحمد"]
    assert names("es") == ["Éric", "Łukasz", "Nuria", "Ñandú", "Zoë", "أحمد"]
    assert names("ar") == ["أحمد", "Éric", "Łukasz", "Ñandú", "Nuria", "Zoë"]


def test_a_name_corrected_in_the_application_is_the_name_in_mails(registration_database: Database) -> None:
    applied = apply(registration_database, make_edition(registration_database), name="Awa Dipo", called="Aw")
    with registration_database.transaction() as session:
        edit_application(
            session,
            application_id=applied.application_id,
            answers=answers_of(name="Awa Diop", called="Awa"),
            deed=Deed(applied.person_id, NOW),
        )
    with registration_database.reading() as session:
        person = person_of(session, applied.person_id)
    assert (person.name, person.called) == ("Awa Diop", "Awa")


def test_a_name_chosen_in_the_settings_stays(registration_database: Database) -> None:
    applied = apply(registration_database, make_edition(registration_database))
    with registration_database.transaction() as session:
        change_preferences(
            session, person_id=applied.person_id, name="Awa D.", called="Dr Diop", locale="fr", time_zone=""
        )
    with registration_database.transaction() as session:
        edit_application(
            session,
            application_id=applied.application_id,
            answers=answers_of(name="Awa B. Diop", called="A"),
            deed=Deed(applied.person_id, NOW),
        )
    with registration_database.reading() as session:
        person = person_of(session, applied.person_id)
    assert (person.name, person.called) == ("Awa D.", "Dr Diop")
