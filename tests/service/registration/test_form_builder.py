"""An organiser builds a form on the desk: every act by a plain form, as a keyboard without scripts sends it."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from services.registration.app import BLUEPRINTS
from services.registration.rules.forms.definitions import Definition
from shared.clock import now
from shared.schema.registration import Form
from tests.support.forms import fields_of, publish, standard_with
from tests.support.registration import apply, make_edition
from tests.support.web import app_of, form_token, person_called, signed_in_as

if TYPE_CHECKING:
    from flask import Flask

    from shared.database import Database
    from tests.support.web import Browser

FORMS = "/desk/e/spring-2026/forms"
HERE = f"{FORMS}/application"


@pytest.fixture
def edition(registration_database: Database) -> UUID:
    return make_edition(registration_database)


@pytest.fixture
def app(registration_database: Database) -> Flask:
    return app_of(*BLUEPRINTS, database=registration_database)


@pytest.fixture
def desk(app: Flask, registration_database: Database, edition: UUID) -> Browser:
    otto = person_called(registration_database, "Otto", roles=[("organiser", edition)])
    browser = signed_in_as(app, registration_database, otto, means="staff")
    assert browser.get(FORMS).status_code == 200
    return browser


def draft(database: Database, slug: str = "application") -> Definition:
    with database.reading() as session:
        return Definition.model_validate(session.execute(select(Form.draft).where(Form.slug == slug)).scalar_one())


def keys(database: Database) -> list[str]:
    return [field.key for field in draft(database).fields()]


def act(desk: Browser, name: str, **more: str) -> str:
    token = form_token(desk.get(HERE).text)
    answer = desk.post(f"{HERE}/acts", data={"csrf_token": token, "act": name, **more})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def save(desk: Browser, at: str, **changes: str) -> tuple[int, str]:
    """Send the builder's own form for a field, as it stands, with changes; names go without ``f.``, dots as ``__``."""
    form = fields_of(desk.get(f"{HERE}?at={at}").text, form="field-form")
    typed = {f"f.{name.replace('__', '.')}": value for name, value in changes.items()}
    answer = desk.post(HERE, data=form | typed)
    return answer.status_code, answer.text


def test_a_question_is_added_worded_moved_copied_removed_and_brought_back(
    desk: Browser, registration_database: Database
) -> None:
    where = act(desk, "add_field:called", type="choice")
    assert "at=choice" in where
    assert keys(registration_database).index("choice") == keys(registration_database).index("called") + 1
    status, page = save(
        desk, "choice", label__en="Course", label__fr="Cours", options__0__en="Finance", options__0__places="20",
        options__1__en="Policy", key="course", required="yes", listed="yes",
    )  # fmt: skip
    assert status == 303, page
    course = draft(registration_database).field("course")
    assert course is not None
    assert course.model_dump(include={"label", "required", "listed"}) == {
        "label": {"en": "Course", "fr": "Cours"}, "required": True, "listed": True,
    }  # fmt: skip
    assert [option.key for option in course.options] == ["finance", "policy"]  # type: ignore[attr-defined]
    before = keys(registration_database)
    act(desk, "up:course")
    assert keys(registration_database).index("course") == before.index("course") - 1
    act(desk, "copy:course")
    assert "course_2" in keys(registration_database)
    act(desk, "remove:course")
    assert "course" not in keys(registration_database)
    for _ in range(3):
        act(desk, "undo")
    assert keys(registration_database) == before


def test_what_is_saved_unchanged_stays_as_it_is(desk: Browser, registration_database: Database) -> None:
    for block in ("passport", "travel", "diet", "evaluation"):
        act(desk, "add_block", block=block)
    before = draft(registration_database)
    for field in before.fields():
        status, page = save(desk, field.key)
        assert status == 303, (field.key, page[-3000:])
    assert draft(registration_database) == before


def test_a_condition_is_chosen_from_the_answers_or_written_and_a_circle_is_refused_where_it_stands(
    desk: Browser, registration_database: Database
) -> None:
    act(desk, "add_field:needs_fellowship", type="short_text")
    assert save(desk, "short_text", label__en="Who pays?", when__0="needs_fellowship = no")[0] == 303
    field = draft(registration_database).field("short_text")
    assert field is not None
    assert field.when is not None
    assert field.when.model_dump() == {"rule": "is", "field": "needs_fellowship", "values": ("no",)}
    rule = "needs_fellowship = no and (country = SN, ML or not short_text answered)"
    status, page = save(desk, "organisation", when__text=rule)
    assert status == 303, page
    status, page = save(desk, "needs_fellowship", when__text="organisation answered")
    assert status == 422
    assert "These questions wait for each other" in page
    assert "organisation answered" in page
    status, page = save(desk, "called", when__text="country = ")
    assert status == 422
    assert "This rule ends too early" in page
    status, page = save(desk, "called", when__text="country SN")
    assert "This rule cannot be read near “SN”" in page


def test_a_question_that_others_ask_about_is_not_taken_away(desk: Browser, registration_database: Database) -> None:
    where = act(desk, "remove:needs_fellowship")
    assert "needs_fellowship" in keys(registration_database)
    assert "which is no question of this form" in desk.get(where).text


def test_the_draft_is_compared_before_it_is_published_and_says_whom_it_touches(
    desk: Browser, registration_database: Database, edition: UUID
) -> None:
    apply(registration_database, edition)
    act(desk, "remove:fellowship_cover")
    act(desk, "remove:motivation")
    act(desk, "add_block", block="travel")
    page = desk.get(f"{HERE}/publish").text
    assert "New: Do you need a visa?" in page
    assert "No longer asked: Why do you want to take part?" in page
    assert "“application” has no words: Title" in page
    assert desk.post(f"{HERE}/publish", data=fields_of_button(page)).status_code == 303
    with registration_database.reading() as session:
        assert session.execute(select(Form.published)).scalar_one() == 1
    assert save(desk, "application", title__en="About you")[0] == 303
    page = desk.get(f"{HERE}/publish").text
    assert desk.post(f"{HERE}/publish", data=fields_of_button(page)).status_code == 303
    with registration_database.reading() as session:
        assert session.execute(select(Form.published)).scalar_one() == 2


def fields_of_button(page: str) -> dict[str, str]:
    seen = page.split('name="version" value="')[1].split('"', maxsplit=1)[0]
    return {"csrf_token": form_token(page), "version": seen}


def test_texts_go_to_a_translator_and_come_back(desk: Browser, registration_database: Database) -> None:
    table = desk.get(f"{HERE}/texts.xlsx")
    assert str(table.mimetype).endswith("sheet")
    book = load_workbook(BytesIO(table.data))
    sheet = book.worksheets[0]
    head = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        if row[0].value == "name/label":
            row[head.index("pt")].value = "Nome completo"
    changed = BytesIO()
    book.save(changed)
    page = desk.get(f"{HERE}/publish").text
    data = {"csrf_token": form_token(page), "table": (BytesIO(changed.getvalue()), "texts.xlsx")}
    sent = desk.post(f"{HERE}/texts", data=data, content_type="multipart/form-data")
    assert sent.status_code == 303
    name = draft(registration_database).field("name")
    assert name is not None
    assert (name.label["en"], name.label["pt"]) == ("Your name", "Nome completo")
    for wrong in (b"", b"no table", b"PK\x03\x04rest"):
        data = {"csrf_token": form_token(page), "table": (BytesIO(wrong), "texts.xlsx")}
        answer = desk.post(f"{HERE}/texts", data=data, content_type="multipart/form-data", follow_redirects=True)
        assert answer.status_code == 200
        assert "XLSX" in answer.text


def test_another_form_begins_with_the_questions_of_one_that_the_organiser_keeps(
    desk: Browser, registration_database: Database, edition: UUID
) -> None:
    publish(registration_database, edition, standard_with({"type": "phone", "key": "phone"}), now=now())
    with registration_database.reading() as session:
        source = session.execute(select(Form.id)).scalar_one()
    page = desk.get(FORMS).text
    data = {
        "csrf_token": form_token(page), "slug": "travel", "title": "Your journey", "purpose": "acceptance",
        "audience": "accepted", "copy_of": str(source),
    }  # fmt: skip
    assert desk.post(FORMS, data=data).status_code == 303
    assert draft(registration_database, "travel").field("phone") is not None
    assert draft(registration_database, "travel").title == {"en": "Your journey"}
    again = desk.post(FORMS, data=data)
    assert again.status_code == 422
    assert "Another form of this edition has this address already" in again.text


def test_two_organisers_at_one_question_do_not_undo_each_other(desk: Browser, registration_database: Database) -> None:
    first = fields_of(desk.get(f"{HERE}?at=called").text, form="field-form")
    second = dict(first)
    assert desk.post(HERE, data=first | {"f.label.en": "First"}).status_code == 303
    late = desk.post(HERE, data=second | {"f.label.en": "Second"})
    assert late.status_code == 409
    assert 'value="Second"' in late.text
    field = draft(registration_database).field("called")
    assert field is not None
    assert field.label["en"] == "First"
