from __future__ import annotations

import pytest
from sqlalchemy import text

from shared.database import Database
from tests.support.mail import carry_once, row_of, states
from tests.support.mail_desk import DESK, mail_desk
from tests.support.relay import running_relay


def count(database: Database, statement: str) -> int:
    with database.reading() as session:
        return int(session.execute(text(statement)).scalar_one())


def test_a_campaign_goes_to_each_accepted_person_once_in_her_language_and_the_rest_in_english(
    databases: dict[str, Database],
) -> None:
    desk = mail_desk(databases)
    base = desk.campaign()
    review = desk.browser.get(f"{base}/launch").get_data(as_text=True)
    assert "1 person who reads Spanish gets English" in review
    launched = desk.post(f"{base}/launch", confirmed="3", sure="yes")
    assert launched.status_code == 303
    assert states(databases["owner"]) == {"queued": 3}
    with running_relay() as relay:
        carry_once(databases["notifications"], relay.url)
    texts = {mail.recipient: mail.text() for mail in relay.taken}
    assert "Dear Person 0" in texts["p0@example.org"]
    assert "Bonjour Person 1" in texts["p1@example.org"]
    assert "Dear Person 2" in texts["p2@example.org"]
    for mail in relay.taken:
        assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert mail.message["List-Id"] is not None
    progress = desk.browser.get(base).get_data(as_text=True)
    assert "The lines add up to the audience." in progress
    ledger = desk.browser.get(f"{base}/deliveries?state=sent&q=Person+1").get_data(as_text=True)
    assert "p1@example.org" in ledger
    assert "p0@example.org" not in ledger
    assert count(databases["owner"], "SELECT count(*) FROM outbox.fact WHERE name = 'CampaignLaunched'") == 1


def test_staff_who_never_told_a_zone_reads_the_edition_s_clock(databases: dict[str, Database]) -> None:
    desk = mail_desk(databases)
    desk.campaign()
    page = desk.browser.get(DESK).get_data(as_text=True)
    assert "(Toronto time)</time>" in page
    assert " UTC" not in page


def test_launching_twice_or_with_another_number_mails_nobody_twice(databases: dict[str, Database]) -> None:
    desk = mail_desk(databases)
    base = desk.campaign()
    desk.post(f"{base}/launch", confirmed="7", sure="yes")
    assert states(databases["owner"]) == {}
    desk.post(f"{base}/launch", confirmed="3")
    assert states(databases["owner"]) == {}
    page = f"{base}/launch"
    desk.post(page, confirmed="3", sure="yes")
    again = desk.post(page, page=f"{DESK}/new", confirmed="3", sure="yes")
    assert (again.status_code, again.location) == (303, base)
    assert "Launched: 3 people get it." in desk.browser.get(base).text
    olga = desk.another("Olga", "organiser")
    other = olga.post(page, page=f"{DESK}/new", confirmed="3", sure="yes")
    assert (other.status_code, other.location) == (303, page)
    assert 'class="notice bad' in olga.browser.get(page).text
    assert states(databases["owner"]) == {"queued": 3}


def test_pausing_resuming_and_cancelling_twice_says_the_same_twice(databases: dict[str, Database]) -> None:
    desk = mail_desk(databases)
    base = desk.campaign()
    desk.post(f"{base}/launch", confirmed="3", sure="yes")
    for deed, told in (("pause", "Paused."), ("resume", "from where it stopped"), ("cancel", "Cancelled: 3 people")):
        for _press in range(2):
            assert desk.post(f"{base}/{deed}", page=base).status_code == 303
            assert told in desk.browser.get(base).text


def test_a_topic_or_a_number_that_no_page_offers_is_refused_in_words(databases: dict[str, Database]) -> None:
    desk = mail_desk(databases)
    nowhere = desk.post(f"{DESK}/new", name="To nobody", topic_id="00000000-0000-7000-8000-000000000000")
    assert nowhere.status_code == 422
    assert 'href="#topic_id"' in nowhere.text
    base = desk.campaign()
    assert desk.post(f"{base}/launch", sure="yes", confirmed="9" * 5000).status_code == 303
    assert states(databases["owner"]) == {}


def test_a_large_campaign_waits_for_a_second_person_who_did_not_write_it(databases: dict[str, Database]) -> None:
    desk = mail_desk(databases, approval_above=2)
    base = desk.campaign()
    desk.post(f"{base}/launch", confirmed="3", sure="yes")
    assert states(databases["owner"]) == {}
    own = desk.post(f"{base}/launch", page=f"{DESK}/new", confirmed="3", sure="yes")
    assert own.status_code == 303
    assert "a second person for approval" in desk.browser.get(base).text
    other_writer = desk.another("Walt", "writer").post(f"{base}/launch", page=f"{DESK}/new", confirmed="3", sure="yes")
    assert other_writer.status_code == 403
    assert states(databases["owner"]) == {}
    approver = desk.another("Ann", "approver")
    assert "asks for your approval" in approver.browser.get(f"{base}/launch").get_data(as_text=True)
    approver.post(f"{base}/launch", confirmed="3", sure="yes")
    assert states(databases["owner"]) == {"queued": 3}


def test_changing_a_word_takes_the_request_for_approval_back(databases: dict[str, Database]) -> None:
    desk = mail_desk(databases, approval_above=2)
    base = desk.campaign()
    desk.post(f"{base}/launch", confirmed="3", sure="yes")
    desk.post(f"{base}/audience", standings="applied", download="", then="save")
    found = count(databases["owner"], "SELECT count(*) FROM notifications.campaign WHERE state = 'draft'")
    assert found == 1


def test_a_placeholder_that_does_not_exist_is_refused_at_its_field_and_nothing_typed_is_lost(
    databases: dict[str, Database],
) -> None:
    desk = mail_desk(databases)
    base = desk.campaign()
    answer = desk.post(
        f"{base}/texts",
        **{
            "name": "N",
            "topic_id": str(desk.topic_id),
            "subject.en": "Hello",
            "body.en": "My own words, {{ name.__class__ }} {{ 7*7 }}",
        },
    )
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "There is no placeholder" in html
    assert "My own words" in html


def test_a_name_that_looks_like_a_template_or_a_header_arrives_as_it_is_and_breaks_nothing(
    databases: dict[str, Database],
) -> None:
    desk = mail_desk(databases, locales=("en",))
    evil = "{{ 7*7 }} <script>\r\nBcc: x@example.org"
    with databases["owner"].transaction() as session:
        session.execute(
            text("UPDATE people.person SET name = :name WHERE id = :id"), {"name": evil, "id": desk.people[0]}
        )
    base = desk.campaign()
    desk.post(f"{base}/launch", confirmed="1", sure="yes")
    with running_relay() as relay:
        carry_once(databases["notifications"], relay.url)
    (mail,) = relay.taken
    assert mail.message["Bcc"] is None
    assert "Dear {{ 7*7 }} <script> Bcc: x@example.org" in mail.text()
    assert "<script>" not in mail.text("html")
    assert str(mail.message["Subject"]).startswith("en: {{ 7*7 }}")


def test_the_preview_is_the_mail_of_a_real_recipient_and_nothing_in_it_can_run(databases: dict[str, Database]) -> None:
    desk = mail_desk(databases)
    base = desk.campaign()
    page = desk.browser.get(f"{base}/preview?person={desk.people[1]}&view=text")
    assert "Bonjour Person 1" in page.get_data(as_text=True)
    frame = desk.browser.get(f"{base}/preview/mail?person={desk.people[0]}")
    assert "Dear Person 0" in frame.get_data(as_text=True)
    assert "sandbox" in frame.headers["Content-Security-Policy"]
    assert "script-src" not in frame.headers["Content-Security-Policy"]
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    source = desk.browser.get(f"{base}/preview?view=source").get_data(as_text=True)
    assert "List-Unsubscribe-Post" in source


def test_a_test_goes_to_the_writer_alone(databases: dict[str, Database]) -> None:
    desk = mail_desk(databases)
    base = desk.campaign()
    desk.post(f"{base}/test", page=f"{base}/preview", person=str(desk.people[0]), locale="fr")
    with running_relay() as relay:
        carry_once(databases["notifications"], relay.url)
    (mail,) = relay.taken
    assert mail.recipient not in {f"p{number}@example.org" for number in range(3)}
    assert "Bonjour Person 0" in mail.text()


def test_pausing_stops_resuming_goes_on_and_cancelling_names_who_got_nothing(databases: dict[str, Database]) -> None:
    desk = mail_desk(databases)
    base = desk.campaign()
    desk.post(f"{base}/launch", confirmed="3", sure="yes")
    desk.post(f"{base}/pause", page=base)
    with running_relay() as relay:
        carry_once(databases["notifications"], relay.url)
        assert relay.taken == []
        desk.post(f"{base}/resume", page=base)
        desk.post(f"{base}/cancel", page=base)
        carry_once(databases["notifications"], relay.url)
        assert relay.taken == []
    assert states(databases["owner"]) == {"suppressed": 3}
    assert row_of(databases["owner"], "p0@example.org").reason == "cancelled"


def one_click_link(databases: dict[str, Database], desk_locale: str = "fr") -> tuple[object, str]:
    desk = mail_desk(databases, locales=(desk_locale,))
    base = desk.campaign()
    desk.post(f"{base}/launch", confirmed="1", sure="yes")
    with running_relay() as relay:
        carry_once(databases["notifications"], relay.url)
    link = str(relay.taken[0].message["List-Unsubscribe"]).strip("<>")
    return desk, link.removeprefix("https://academy.example")


def test_looking_at_the_opt_out_link_changes_nothing_and_one_click_opts_out_without_cookie_or_token(
    databases: dict[str, Database],
) -> None:
    desk, path = one_click_link(databases)
    stranger = desk.browser.application.test_client()  # type: ignore[attr-defined]
    opted_out = "SELECT count(*) FROM notifications.opt_out"
    for method in (stranger.get, stranger.head):
        assert method(path, base_url="https://academy.example").status_code == 200
    assert count(databases["owner"], opted_out) == 0
    for _ in range(2):
        answer = stranger.post(path, base_url="https://academy.example", data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    assert count(databases["owner"], opted_out) == 1
    assert count(databases["owner"], "SELECT count(*) FROM outbox.fact WHERE name = 'OptedOut'") == 1
    stranger.post(path, base_url="https://academy.example", data={"again": "yes"})
    assert count(databases["owner"], opted_out) == 0


def test_a_forged_opt_out_link_is_not_found(databases: dict[str, Database]) -> None:
    desk = mail_desk(databases, locales=("en",))
    assert desk.browser.get("/mail/unsubscribe/forged").status_code == 404
    assert desk.browser.post("/mail/unsubscribe/forged").status_code == 404


@pytest.mark.parametrize("roles", [("viewer",), ("door",), ("reviewer",)])
def test_who_may_not_write_cannot_launch(roles: tuple[str, ...], databases: dict[str, Database]) -> None:
    desk = mail_desk(databases)
    base = desk.campaign()
    other = desk.another("Vera", *roles)
    with_token = desk.browser.get(f"{base}/launch")
    assert with_token.status_code == 200
    assert other.browser.get(f"{base}/launch").status_code == 403
