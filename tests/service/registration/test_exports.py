"""A view as a file: the rows that match, in their order, the columns that are shown, and nothing that computes."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from openpyxl import load_workbook

from services.registration.actions.submissions import prove_address, start_application
from services.registration.app import BLUEPRINTS
from services.registration.queries.forms import application_form
from services.registration.routes.desk import exports
from shared.clock import now
from tests.support.batches import propose_many
from tests.support.forms import publish, standard_with
from tests.support.registration import apply, filled, make_open_edition
from tests.support.web import Browser, app_of, person_called, signed_in_as

if TYPE_CHECKING:
    from shared.database import Database

HERE = "/desk/e/spring-2026/applications"
VISA: dict[str, Any] = {
    "type": "yes_no", "key": "visa", "label": {"en": "Do you need a visa?"}, "listed": False,
}  # fmt: skip
HOSTILE = ('=HYPERLINK("http://x")', "+1", "-2+3", "@SUM(1)")


@pytest.fixture
def edition(registration_database: Database) -> UUID:
    return make_open_edition(registration_database)


def desk(database: Database, role: str = "organiser") -> Browser:
    app = app_of(*BLUEPRINTS, database=database)
    return signed_in_as(app, database, person_called(database, f"O-{role}", roles=[role]), means="staff")


def people(database: Database, edition: UUID) -> None:
    for number, organisation in enumerate(HOSTILE):
        country = "SN" if number % 2 else "CL"
        email = f"p{number}@example.org"
        apply(database, edition, now=now(), name=f"P{number}", email=email, organisation=organisation, country=country)


def table(browser: Browser, query: str) -> list[dict[str, str]]:
    answer = browser.get(f"{HERE}.csv{query}")
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    text = answer.get_data(as_text=True)
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_the_rows_of_the_view_are_sent_in_its_order_and_none_of_them_computes(
    registration_database: Database, edition: UUID
) -> None:
    people(registration_database, edition)
    rows = table(desk(registration_database), "?sort=-name&country=SN")
    assert [(row["Name"], row["Country"], row["Organisation"]) for row in rows] == [
        ("P3", "Senegal", "'@SUM(1)"),
        ("P1", "Senegal", "'+1"),
    ]
    assert [row["Organisation"] for row in table(desk(registration_database, "viewer"), "?q=p2")] == ["'-2+3"]


def test_the_columns_are_those_that_were_chosen_on_the_page(registration_database: Database, edition: UUID) -> None:
    publish(registration_database, edition, standard_with(VISA))
    with registration_database.transaction() as session:
        form = application_form(session, edition).form
        read = form.read(filled(email="a@example.org", visa=True), languages=["fr"], locale="fr").answers
        assert read is not None
        made = start_application(
            session, edition_id=edition, submission_key=uuid4(), answers=read, locale="fr", now=now()
        )
        prove_address(session, application_id=made, now=now())
    browser = desk(registration_database)
    page = browser.get(f"{HERE}?col=email&col=a.visa&col=nonsense").text
    assert "a@example.org" in page
    assert "Do you need a visa?" in page
    assert f'href="{HERE}.csv?cols=email%2Ca.visa%2Cnonsense"' in page
    [row] = table(browser, "?cols=email%2Ca.visa")
    assert row == {"Name": "Awa Diop", "E-mail address": "a@example.org", "Do you need a visa?": "Yes"}


def test_a_workbook_holds_the_same_as_text(registration_database: Database, edition: UUID) -> None:
    people(registration_database, edition)
    answer = desk(registration_database).get(f"{HERE}.xlsx?sort=name&cols=organisation")
    rows = list(load_workbook(io.BytesIO(answer.data)).worksheets[0].iter_rows())
    assert [cell.value for cell in rows[0]] == ["Name", "Organisation"]
    assert [row[1].value for row in rows[1:]] == [f"'{text}" for text in HOSTILE]
    assert {cell.data_type for row in rows for cell in row} == {"s"}


def test_a_long_view_is_sent_whole_as_csv_and_refused_as_a_workbook(registration_database: Database) -> None:
    propose_many(registration_database, count=exports.MOST_IN_XLSX + 1, accepts=0, capacity=1)
    browser = desk(registration_database)
    rows = table(browser, "?sort=name&cols=email")
    assert len({row["E-mail address"] for row in rows}) == exports.MOST_IN_XLSX + 1
    refused = browser.get(f"{HERE}.xlsx")
    assert refused.status_code == 422
    assert "This view is too long for XLSX" in refused.text


@pytest.mark.parametrize("role", ["reviewer", "approver", "librarian"])
def test_a_reviewer_takes_no_file_home(registration_database: Database, edition: UUID, role: str) -> None:
    assert edition
    browser = desk(registration_database, role)
    assert [browser.get(f"{HERE}.{kind}").status_code for kind in ("csv", "xlsx")] == [403, 403]
