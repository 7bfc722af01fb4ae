"""What came back as the desk and programmes see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from shared.schema.base import new_id
from shared.schema.notifications import Delivery
from tests.service.notifications.test_api import Caller
from tests.support.mail import carry_once, row_of
from tests.support.mail_desk import MailDesk, mail_desk
from tests.support.relay import running_relay
from tests.support.returns import REPORT, RETURN, bring, intake_for, wire

if TYPE_CHECKING:
    from shared.database import Database

PAGE = "/desk/mail/e/2026/returns"
API = "/api/notifications/v1"
SAID = "550 5.1.1 <script>alert(1)</script> User unknown"


def with_bounced_offer(databases: dict[str, Database]) -> MailDesk:
    """Arrange a desk whose first person was offered a place by a mail that came back."""
    desk = mail_desk(databases)
    address = "p0@example.org"
    with databases["owner"].transaction() as session:
        session.add(
            Delivery(
                id=new_id(),
                person_id=desk.people[0],
                edition_id=desk.edition_id,
                kind="offer_made",
                idempotency_key=address,
                about_id=desk.people[0],
                address=address,
                addressee="Person 0",
                locale="en",
                fields={},
            )
        )
    with running_relay() as relay:
        carry_once(databases["notifications"], relay.url, mail_return=RETURN)
    bring(intake_for(databases["notifications"]), relay.taken[0].sender, wire(REPORT, said=SAID))
    return desk


def page(desk: MailDesk, path: str = PAGE) -> str:
    answer = desk.browser.get(path)
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True))


def task_of(databases: dict[str, Database]) -> Any:
    with databases["owner"].reading() as session:
        return session.execute(text("SELECT * FROM notifications.unreached")).one()


def test_the_desk_says_whom_to_tell_and_that_somebody_has(databases: dict[str, Database]) -> None:
    desk = with_bounced_offer(databases)
    shown = page(desk)
    assert shown.index("To be told in another way") < shown.index("Person 0") < shown.index("Has been told")
    task = task_of(databases)
    assert desk.post(f"{PAGE}/{task.id}/told", PAGE).status_code == 303
    assert "Every mail that matters has arrived" in page(desk)
    told = task_of(databases)
    assert (told.state, told.reached_by is not None, told.reached_at is not None) == ("reached", True, True)
    assert desk.post(f"{PAGE}/{task.id}/not-told", PAGE).status_code == 303
    assert (task_of(databases).state, task_of(databases).reached_by) == ("open", None)


def test_what_a_mail_server_wrote_is_shown_as_text(databases: dict[str, Database]) -> None:
    desk = with_bounced_offer(databases)
    mail = f"/desk/mail/deliveries/{row_of(databases['owner'], 'p0@example.org').id}"
    organiser = desk.another("Olga", "organiser")
    for shown in (page(desk), page(desk, mail), page(organiser, "/desk/mail/addresses")):
        assert "<script>alert" not in shown
        assert "&lt;script&gt;alert" in shown


def test_who_has_a_place_and_a_dead_address_is_named_before_the_journey(databases: dict[str, Database]) -> None:
    shown = page(with_bounced_offer(databases))
    risk = shown[shown.index("Whom the next mail may not reach") : shown.index("Everything that came back")]
    assert "p0@example.org" in risk
    assert "p1@example.org" not in risk


def test_an_organiser_releases_an_address_and_campaigns_go_there_again(databases: dict[str, Database]) -> None:
    desk = with_bounced_offer(databases)
    assert desk.browser.get("/desk/mail/addresses").status_code == 403
    organiser = desk.another("Olga", "organiser")
    with databases["owner"].reading() as session:
        left_out = session.execute(text("SELECT id FROM notifications.suppression")).scalar_one()
    release = f"/desk/mail/addresses/{left_out}/release"
    assert organiser.post(release, "/desk/mail/addresses").status_code == 303
    assert "No address is left out" in page(organiser, "/desk/mail/addresses")
    with databases["owner"].reading() as session:
        released = session.execute(text("SELECT actor_id FROM outbox.fact WHERE name = 'AddressReleased'")).scalar_one()
    assert released is not None


def test_an_address_comes_back_by_itself_when_its_time_is_over(databases: dict[str, Database]) -> None:
    desk = with_bounced_offer(databases).another("Olga", "organiser")
    with databases["owner"].transaction() as session:
        session.execute(text("UPDATE notifications.suppression SET expires_at = now() - interval '1 second'"))
    assert "No address is left out" in page(desk, "/desk/mail/addresses")


def test_a_programme_reads_what_came_back_and_settles_it(databases: dict[str, Database]) -> None:
    desk = with_bounced_offer(databases)
    caller = Caller(desk, "Otto", "organiser", scopes=["mail:read", "mail:keep"])
    [one] = caller.ask(f"{API}/editions/2026/returns").get_json()["items"]
    assert (one["kind"], one["lasting"], one["status"], one["address"]) == ("bounced", True, "5.1.1", "p0@example.org")
    [task] = caller.ask(f"{API}/editions/2026/unreached").get_json()["items"]
    assert task["kind"] == "offer_made"
    told = caller.do(f"{API}/editions/2026/unreached/{task['id']}/told")
    assert (told.status_code, told.get_json()["state"]) == (200, "reached")
    [left_out] = caller.ask(f"{API}/addresses-left-out").get_json()["items"]
    assert caller.do(f"{API}/addresses-left-out/{left_out['id']}/release").status_code == 200
    assert caller.ask(f"{API}/addresses-left-out").get_json()["items"] == []
    assert caller.do(f"{API}/addresses-left-out/{left_out['id']}/release").status_code == 404
