"""An organiser asks for named answers; the applicant gives just these, after the deadline too; the desk goes on."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from services.registration.app import BLUEPRINTS
from shared.clock import now
from shared.schema.outbox.entries import FactRow
from shared.schema.registration import Application, Edition
from tests.support.forms import fields_of
from tests.support.registration import apply, make_edition
from tests.support.web import app_of, form_token, person_called, signed_in_as

if TYPE_CHECKING:
    from shared.database import Database


def test_what_is_asked_for_is_answered_alone_and_comes_back_to_the_desk(registration_database: Database) -> None:
    app, moment = app_of(*BLUEPRINTS, database=registration_database), now()
    edition = make_edition(
        registration_database, opens_at=moment - timedelta(9), closes_at=moment + timedelta(1),
        starts_on=moment.date() + timedelta(60), ends_on=moment.date() + timedelta(64),
    )  # fmt: skip
    applied = apply(registration_database, edition, now=moment)
    with registration_database.transaction() as session:
        session.execute(update(Edition).values(closes_at=moment - timedelta(1)))
    otto = person_called(registration_database, "Otto", roles=["organiser"])
    desk = signed_in_as(app, registration_database, otto, means="staff")
    awa = signed_in_as(app, registration_database, applied.person_id)
    record = f"/desk/e/spring-2026/applications/{applied.application_id}"
    mine = f"/me/applications/{applied.application_id}"
    assert awa.get(f"{mine}/asked").status_code == 409
    token = form_token(desk.get(record).text)
    assert desk.post(f"{record}/ask", data={"csrf_token": token}).status_code == 303
    asked = {
        "csrf_token": token,
        "fields": ["organisation", "motivation", "email", "forged"],
        "message": "Which <one>?",
    }
    assert desk.post(f"{record}/ask", data=asked).status_code == 303
    with registration_database.reading() as session:
        kept = session.get_one(Application, applied.application_id)
        told = session.execute(
            select(func.count()).select_from(FactRow).where(FactRow.name == "InformationRequested")
        ).scalar_one()
    assert (kept.state, kept.asked, told) == (
        "needs_information", {"fields": ["organisation", "motivation"], "message": "Which <one>?"}, 1,
    )  # fmt: skip
    assert f"{mine}/asked" in awa.get(mine).text
    page = awa.get(f"{mine}/asked").text
    assert "Which &lt;one&gt;?" in page
    form = fields_of(page)
    assert set(form) == {"csrf_token", "organisation", "motivation"}
    assert awa.post(f"{mine}/asked", data=form | {"motivation": ""}).status_code == 422
    sent = awa.post(f"{mine}/asked", data=form | {"organisation": "Union of the river", "name": "Somebody else"})
    assert sent.status_code == 303
    with registration_database.reading() as session:
        kept = session.get_one(Application, applied.application_id)
    assert (kept.state, kept.asked, kept.organisation, kept.name) == (
        "submitted", None, "Union of the river", "Awa Diop",
    )  # fmt: skip
    assert kept.answers["motivation"] == "To learn from others."
    assert kept.answers["needs_fellowship"] is False
    story = desk.get(record).text
    assert "<del>Coopérative du Fleuve</del> <ins>Union of the river</ins>" in story.replace("<bdi>", "").replace(
        "</bdi>", ""
    )
