from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from shared.clock import now
from shared.database import Database
from shared.deeds import Deed
from shared.people.actions.tokens import make_api_token
from tests.support.mail import states
from tests.support.mail_desk import MailDesk, mail_desk
from tests.support.web import person_called, visitor

API = "/api/notifications/v1/editions/2026/campaigns"
SCOPES = ["campaigns:read", "campaigns:write", "campaigns:launch"]
TEXTS = {"en": {"subject": "Hello {{ name }}", "body": "Dear {{ name }}"}}


class Caller:
    """A programme with a token of its own."""

    def __init__(self, desk: MailDesk, name: str, *roles: str, scopes: list[str] | None = None) -> None:
        owner_id = person_called(desk.databases["owner"], name, roles=list(roles))
        self._browser = visitor(desk.browser.application)
        self._token = token_of(desk.databases, owner_id, scopes or SCOPES)

    def ask(self, path: str) -> Any:
        return self._browser.get(path, headers={"Authorization": f"Bearer {self._token}"})

    def replace(self, path: str, body: Any, *, seen: str | None) -> Any:
        headers = {"Authorization": f"Bearer {self._token}"} | ({"If-Match": seen} if seen else {})
        return self._browser.put(path, json=body, headers=headers)

    def do(self, path: str, body: Any = None, *, key: str | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self._token}", **({"Idempotency-Key": key} if key else {})}
        return self._browser.post(path, json=body, headers=headers)


def token_of(databases: dict[str, Database], person_id: UUID, scopes: list[str]) -> str:
    with databases["registration"].transaction() as session:
        return make_api_token(session, name="test", scopes=scopes, lasts=timedelta(days=1), deed=Deed(person_id, now()))


def written(desk: MailDesk, caller: Caller, *, key: str | None = None) -> Any:
    body = {"name": "By API", "topic_id": str(desk.topic_id), "texts": TEXTS, "audience": {"standings": ["accepted"]}}
    return caller.do(API, body, key=key)


def test_a_programme_writes_counts_launches_and_reads_who_got_it(databases: dict[str, Database]) -> None:
    desk = mail_desk(databases)
    caller = Caller(desk, "Otto", "organiser")
    made = written(desk, caller)
    assert made.status_code == 201, made.get_data(as_text=True)
    one = f"{API}/{made.get_json()['id']}"
    assert caller.ask(f"{one}/audience").get_json()["total"] == 3
    launched = caller.do(f"{one}/launch", {"confirmed": 3})
    assert (launched.status_code, launched.get_json()["state"]) == (200, "sending")
    first = caller.ask(f"{one}/deliveries?limit=2").get_json()
    rest = caller.ask(f"{one}/deliveries?limit=2&after={first['next_after']}").get_json()
    assert len({row["id"] for row in [*first["items"], *rest["items"]]}) == 3
    assert rest["next_after"] is None
    detail = caller.ask(one).get_json()
    assert sum(detail["deliveries"].values()) == detail["audience_size"] == 3
    paused = caller.do(f"{one}/pause")
    assert paused.get_json()["state"] == "paused"
    again = caller.do(f"{one}/launch", {"confirmed": 3})
    assert again.status_code == 409
    assert again.mimetype == "application/problem+json"


def test_a_later_edit_undoes_nothing_that_it_has_not_read(databases: dict[str, Database]) -> None:
    desk = mail_desk(databases)
    caller = Caller(desk, "Otto", "organiser")
    one = f"{API}/{written(desk, caller).get_json()['id']}"
    read = caller.ask(one)
    body = {name: read.get_json()[name] for name in ("name", "topic_id", "texts", "audience")}
    assert caller.replace(one, body, seen=None).status_code == 428
    assert caller.replace(one, body, seen=f"W/{read.headers['ETag']}").status_code == 428
    first = caller.replace(one, {**body, "name": "First"}, seen=read.headers["ETag"])
    assert (first.status_code, first.get_json()["name"]) == (200, "First")
    late = caller.replace(one, {**body, "audience": {"standings": ["applied"]}}, seen=read.headers["ETag"])
    assert (late.status_code, late.get_json()["type"]) == (412, "/api/problems/version-outdated")
    found = caller.ask(one)
    assert (found.get_json()["name"], found.get_json()["audience"]["standings"]) == ("First", ["accepted"])
    assert found.headers["ETag"] == first.headers["ETag"] != read.headers["ETag"]
    assert (
        caller.replace(one, {**body, "name": "Whatever is there"}, seen="*").get_json()["name"] == "Whatever is there"
    )


def test_a_rule_never_asks_about_a_publication_of_another_edition(databases: dict[str, Database]) -> None:
    desk = mail_desk(databases)
    caller = Caller(desk, "Otto", "organiser")
    stranger = {"standings": ["accepted"], "download": "has_not", "publication_id": str(UUID(int=77))}
    body = {"name": "By API", "topic_id": str(desk.topic_id), "texts": TEXTS, "audience": stranger}
    refused = caller.do(API, body)
    assert (refused.status_code, refused.get_json()["type"]) == (422, "/api/problems/publication-not-askable")
    assert caller.ask(API).get_json()["items"] == []


def test_a_request_that_comes_twice_with_its_key_writes_and_launches_once(databases: dict[str, Database]) -> None:
    desk = mail_desk(databases)
    caller = Caller(desk, "Otto", "organiser")
    first, second = (written(desk, caller, key="write-once-1") for _ in range(2))
    assert first.get_json() == second.get_json()
    one = f"{API}/{first.get_json()['id']}"
    answers = [caller.do(f"{one}/launch", {"confirmed": 3}, key="launch-once-1") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert states(databases["owner"]) == {"queued": 3}
    assert len(caller.ask(API).get_json()["items"]) == 1


def test_the_second_person_is_asked_for_by_the_api_too(databases: dict[str, Database]) -> None:
    desk = mail_desk(databases, approval_above=1)
    writer, approver = Caller(desk, "Wanda", "writer"), Caller(desk, "Anton", "approver", scopes=["campaigns:launch"])
    one = f"{API}/{written(desk, writer).get_json()['id']}"
    assert writer.do(f"{one}/launch", {"confirmed": 3}).get_json()["state"] == "awaiting_approval"
    assert writer.do(f"{one}/launch", {"confirmed": 3}).get_json()["state"] == "awaiting_approval"
    assert Caller(desk, "Walt", "writer").do(f"{one}/launch", {"confirmed": 3}).status_code == 403
    assert states(databases["owner"]) == {}
    assert approver.do(f"{one}/launch", {"confirmed": 3}).get_json()["state"] == "sending"


def test_what_does_not_fit_is_refused_with_a_problem_that_names_the_field(databases: dict[str, Database]) -> None:
    desk = mail_desk(databases)
    caller = Caller(desk, "Otto", "organiser")
    body = {"name": "x", "topic_id": str(desk.topic_id), "texts": {"xx": {"subject": "s", "body": "b"}}}
    wrong = caller.do(API, body)
    assert wrong.status_code == 422
    unknown = {**body, "texts": {"en": {"subject": "{{ nam }}", "body": "b"}}}
    assert "subject.en" in caller.do(API, unknown).get_json()["errors"]
    assert caller.do(API, {**body, "texts": TEXTS, "topic_id": str(desk.edition_id)}).status_code == 422
    reader = Caller(desk, "Vera", "organiser", scopes=["campaigns:read"])
    assert written(desk, reader).status_code == 403
