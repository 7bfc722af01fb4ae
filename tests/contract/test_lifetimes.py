"""No table fills up unseen: its rows are let go by the clock, or it is said here why they stay."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import event

from services.materials.rounds import retention as materials
from services.notifications.rounds import retention as notifications
from services.registration.rounds import retention as registration
from shared.clock import now
from shared.schema.base import Published
from shared.schema.everything import metadata

if TYPE_CHECKING:
    from shared.database import Database

ROUNDS: Final = {"registration": registration, "materials": materials, "notifications": notifications}
STAYS: Final = {
    "it is the edition's own, and few": """registration.edition registration.form registration.form_version
        registration.form_edit registration.rubric registration.reviewer registration.scenario
        notifications.campaign notifications.campaign_text notifications.topic people.role
        registration.place_pool registration.saved_view notifications.webhook""",
    "it goes with the application it hangs on": """registration.application_line registration.application_words
        registration.review registration.decision registration.decision_batch registration.bulk_proposal
        registration.bulk_item registration.offer registration.enrolment registration.form_response
        registration.taken_option registration.pool_place""",
    "it is the person, or what she wished": "people.person people.staff_credential notifications.opt_out",
    "it is the library, and is let go at its desk": """materials.publication materials.release materials.translation
        materials.chapter materials.rendition materials.stored_file materials.page materials.word materials.making
        materials.shelf materials.shelf_item materials.shelf_member""",
    "words that mails were written with, once for all of them": "notifications.agreed_text",
    "it says who has which file": "materials.download materials.reading",
    "its round needs the store, and has a test of its own": "registration.answer_file",
    "it is a task that somebody does": "notifications.unreached",
    "there is one for each relay, mailbox or living sender": """notifications.relay notifications.relay_trouble
        notifications.relay_pace notifications.mailbox_place notifications.sender""",
}


def let_go(databases: dict[str, Database]) -> set[str]:
    """Run every round on empty tables; return the tables that it deletes from."""
    found: set[str] = set()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        found.update(re.findall(r"DELETE FROM (\w+\.\w+)", statement))

    for service, rounds in ROUNDS.items():
        event.listen(databases[service].engine, "before_cursor_execute", note)
        try:
            for prune in rounds.PRUNES:
                with databases[service].transaction() as session:
                    prune(session, now=now(), limit=10)
        finally:
            event.remove(databases[service].engine, "before_cursor_execute", note)
    return found


def test_every_table_is_let_go_by_the_clock_or_stays_for_a_reason(databases: dict[str, Database]) -> None:
    views = {f"{view.__table_args__[-1]['schema']}.{view.__tablename__}" for view in Published.__subclasses__()}
    tables = {table.fullname for table in metadata.sorted_tables} - views
    gone = let_go(databases)
    stays = {name for names in STAYS.values() for name in names.split()}
    assert tables - gone - stays == set(), "no round deletes its rows, and nothing here says why they stay"
    assert stays - tables == set(), "is named here and is no table"
    assert gone & stays == set(), "is let go and said to stay"
