"""One decision for all that match: on every one of them, part by part, told on a page, undone as a whole."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from services.registration.actions.bulks import begin_bulk
from services.registration.app import BLUEPRINTS
from services.registration.queries.bulks import bulk_of, chosen, plan_bulk
from services.registration.queries.lines import Wish
from services.registration.reactions import reactions
from shared.deeds import Deed
from shared.outbox import drain
from shared.schema.base import new_id
from shared.schema.registration import Decision
from tests.support.batches import propose_many
from tests.support.registration import NOW, apply, decide, make_edition
from tests.support.web import app_of, form_token, person_called, signed_in_as

if TYPE_CHECKING:
    from uuid import UUID

    from shared.database import Database

COUNT = 1_050
"""Three parts; more than were ever acted on at once."""


def stands(database: Database, edition_id: UUID) -> dict[str, int]:
    with database.reading() as session:
        rows = session.execute(
            select(Decision.outcome, func.count())
            .where(Decision.edition_id == edition_id, Decision.state == "proposed")
            .group_by(Decision.outcome)
        )
        return dict(rows.all())


def begin(database: Database, edition_id: UUID) -> UUID:
    bulk_id = new_id()
    with database.transaction() as session:
        among = chosen(edition_id, wish=Wish(states=("under_review",)), ids=())
        plan = plan_bulk(session, among=among, outcome="reserve")
        begin_bulk(
            session, bulk_id=bulk_id, edition_id=edition_id, among=among, outcome="reserve", note="", seen=plan.takes,
            deed=Deed(None, NOW),
        )  # fmt: skip
    return bulk_id


def go_on(database: Database) -> None:
    drain(database, reactions, seconds=60, now=lambda: NOW)


def test_all_that_match_are_acted_on_in_parts_and_undone_as_a_whole(registration_database: Database) -> None:
    edition_id = propose_many(registration_database, count=COUNT, accepts=300, capacity=10)
    bulk_id = begin(registration_database, edition_id)
    with registration_database.reading() as session:
        assert bulk_of(session, edition_id=edition_id, bulk_id=bulk_id).is_at_work
    go_on(registration_database)
    assert stands(registration_database, edition_id) == {"reserve": COUNT}
    app = app_of(*BLUEPRINTS, database=registration_database)
    olga = person_called(registration_database, "Olga", roles=["organiser"])
    desk = signed_in_as(app, registration_database, olga, means="staff")
    page = f"/desk/e/spring-2026/proposals/{bulk_id}"
    shown = desk.get(page).text
    assert f"{COUNT:,} decisions are proposed." in shown
    for _twice in range(2):
        desk.post(f"{page}/undo", data={"csrf_token": form_token(shown)})
    assert 'http-equiv="refresh"' in desk.get(page).text
    go_on(registration_database)
    assert stands(registration_database, edition_id) == {"accept": 300, "decline": COUNT - 300}
    assert f"{COUNT:,} are undone." in desk.get(page).text


def test_undoing_keeps_what_was_decided_anew_since(registration_database: Database) -> None:
    edition_id = make_edition(registration_database)
    people = [apply(registration_database, edition_id, email=f"p{n}@example.org") for n in range(3)]
    app = app_of(*BLUEPRINTS, database=registration_database)
    olga = person_called(registration_database, "Olga", roles=["organiser"])
    desk = signed_in_as(app, registration_database, olga, means="staff")
    url = "/desk/e/spring-2026/applications/propose"
    form = {"csrf_token": form_token(desk.get("/desk/e/spring-2026/applications").text), "all": "yes"}
    preview = desk.post(url, data=form | {"outcome": "decline"}).text
    confirmed = dict(re.findall(r'type="hidden" name="(bulk|seen|outcome)" value="([^"]*)"', preview))
    for _pressed_twice in range(2):
        answer = desk.post(url, data=form | confirmed)
        assert answer.location.endswith(f"/proposals/{confirmed['bulk']}")
    assert stands(registration_database, edition_id) == {"decline": 3}
    decide(registration_database, people[0], "accept")
    page = answer.location
    desk.post(f"{page}/undo", data={"csrf_token": form["csrf_token"]})
    assert stands(registration_database, edition_id) == {"accept": 1}
    assert "1 is kept" in desk.get(page).text


def test_what_changed_since_the_preview_is_looked_at_again(registration_database: Database) -> None:
    edition_id = make_edition(registration_database)
    apply(registration_database, edition_id, email="p@example.org")
    app = app_of(*BLUEPRINTS, database=registration_database)
    olga = person_called(registration_database, "Olga", roles=["organiser"])
    desk = signed_in_as(app, registration_database, olga, means="staff")
    url = "/desk/e/spring-2026/applications/propose"
    token = form_token(desk.get("/desk/e/spring-2026/applications").text)
    form = {"csrf_token": token, "all": "yes", "outcome": "accept", "bulk": str(new_id()), "seen": "2"}
    answer = desk.post(url, data=form, follow_redirects=True)
    assert "Something changed since this was shown" in answer.text
    assert stands(registration_database, edition_id) == {}
