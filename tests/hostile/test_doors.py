"""Whatever is sent to a page or the API, in fields, queries, paths, headers or documents: never an error of ours."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64encode
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode
from uuid import UUID

import pytest
from flask import Blueprint, request

from shared.clock import now
from shared.deeds import Deed
from shared.people.actions.tokens import make_api_token
from shared.web.door.policy import ROLES, Policy, policy_of, public
from shared.web.door.scopes import SCOPES
from tests.support.houses import SERVICES, house
from tests.support.two_editions import two_editions
from tests.support.walk import READS
from tests.support.web import app_of, person_called, signed_in_as, visitor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask
    from werkzeug.routing import Rule

    from shared.database import Database
    from tests.support.web import Browser

ROOT: Final = Path(__file__).parents[2]
CSRF: Final = urlsafe_b64encode(bytes(24)).decode() + "A" * 32
"""The form's token under a mask of zeros, which hides nothing."""
JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
VALUES: Final = {
    "nothing": "",
    "NUL": "a\0b",
    "marks": "\u0315" * 400 + "\u0316" * 400,
    "invisible": "\u200b\u202e\ufeff",
    "no Unicode": "\udcff\udc80",
    "a number too large": "9" * 5_000,
    "a negative number": "-1",
    "a number too far": "1e999",
    "a day too late": "9999-12-31",
    "a moment too early": "0001-01-01T00:00",
    "no such day": "2026-02-31T25:61",
    "digits of others": "٣²",
    "markup": "<script>'\"\\%00%s{{x}}{%",
    "an address": "a@" + "ü." * 100 + "example",
    "a path": "//evil.example/\\..%5c%2f\r\nSet-Cookie: a=b",
}
"""What one field holds."""
DEEP: Final = 100_000
DOCUMENTS: Final = {
    "nothing": b"",
    "no JSON": b"{",
    "no object": b"[]",
    "null": b"null",
    "deep": b'{"a":' * DEEP,
    "deep lists": b"[" * DEEP,
    "no Unicode": b'{"name": "\xff"}',
    "half a character": rb'{"name": "\ud800", "subject": "\udfff", "email": "\ud800@example.org"}',
    "NUL": rb'{"name": "\u0000"}',
    "a huge number": b'{"name": ' + b"9" * 100_000 + b"}",
    "no number": b'{"name": NaN, "capacity": Infinity, "days": 1e999}',
    "UTF-16": '{"name": "a"}'.encode("utf-16"),
}
HEADERS: Final = ("Authorization", "Accept", "Accept-Language", "Accept-Encoding", "Cookie", "Range", "If-Range",
                  "If-None-Match", "If-Modified-Since", "If-Match", "Idempotency-Key", "X-Request-ID", "X-CSRF-Token",
                  "Origin", "Sec-Fetch-Mode", "Content-Type", "Forwarded", "X-Forwarded-For")  # fmt: skip
HEADER_VALUES: Final = {
    "nothing": "",
    "odd letters": "\x80ÿ\xad",
    "long": "a" * 60_000,
    "numbers": "9" * 5_000,
    "commas": ",;=" * 10_000,
    "a cookie of nobody": "academy=a.b.c; known-browser=W10.a.b; academy=;;=",
    "a bearer": "Bearer " + "é" * 100,
    "a day": "Mon, 32 Foo 99999 25:61:61 GMT",
    "a type": "application/json; charset=utf-7",
    "parts": "multipart/form-data; boundary=",
    "many languages": ",".join(f"x{n};q=0.{n}" for n in range(2_000)),
}


def names() -> list[str]:
    """Return the names of all fields and parameters that a page or a route speaks of."""
    found: set[str] = set()
    for source in (path for room in ("services", "shared") for path in (ROOT / room).rglob("*")):
        if source.suffix == ".html":
            text = source.read_text()
            found |= set(re.findall(r'name="(\w+)"', text)) | set(re.findall(r'form, "(\w+)"', text))
        elif (source.suffix == ".py" and "routes" in source.parts) or source.name in {"tables.py", "languages.py"}:
            text = source.read_text()
            found |= set(re.findall(r'(?:args|form)(?:\.get\(|\.getlist\(|\[)"(\w+)"', text))
            found |= set(re.findall(r"^    (\w+): ", text, re.MULTILINE))
    return sorted(found - {"csrf_token"})


NAMES: Final = names()


USUAL: Final = {
    "email": "ana@example.org", "locale": "en", "name": "Ana", "country": "PT", "time_zone": "Europe/Lisbon",
    "starts_on": "2027-05-03", "ends_on": "2027-05-07", "slug": "milan-2027", "title": "A title", "days": "30",
}  # fmt: skip
"""What a field holds while others are tried; the rest holds a 1."""


class Assault:
    """Sends everything to the routes of an application that people of some kinds may open."""

    def __init__(self, app: Flask, database: Database, things: Mapping[str, Any], *kinds: str, groups: int = 0) -> None:
        self._app, self._database, self._things, self._kinds = app, database, things, kinds
        self._person = person_called(database, "Olga", roles=sorted(ROLES))
        with database.transaction() as session:
            self._token = make_api_token(
                session, name="all", scopes=list(SCOPES), lasts=timedelta(days=1), deed=Deed(self._person, now())
            )
        self._groups = groups
        """Into how many groups the fields are split, of which one is hostile while the others are as usual."""
        self.calls = 0
        self.faults: set[str] = set()

    def go(self) -> None:
        """Try every route and method."""
        for rule in self._app.url_map.iter_rules():
            policy = policy_of(self._app.view_functions[rule.endpoint]) or Policy("public")
            if policy.kind in self._kinds and rule.endpoint != "static":
                for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                    self._fields(rule, method) if policy.kind != "token" else self._documents(rule, method)
                    self._addresses(rule, method)

    def _fields(self, rule: Rule, method: str) -> None:
        browser = self._browser()
        for kind, value in VALUES.items():
            for group in range(self._groups + 1):
                fields = {
                    name: value if group == self._groups or at % self._groups == group else self._usual(name)
                    for at, name in enumerate(NAMES)
                }
                sent = urlencode({**fields, "csrf_token": CSRF}, errors="surrogateescape")
                carried = {"query_string": sent} if method in READS else {"data": sent, "content_type": FORM}
                self._send(browser, rule, method, f"with {kind}", **carried)

    def _usual(self, name: str) -> str:
        return str(self._things.get(name, USUAL.get(name, "1")))

    def _documents(self, rule: Rule, method: str) -> None:
        browser, bearer = self._browser(), {"Authorization": f"Bearer {self._token}"}
        for kind, value in VALUES.items():
            asked = dict.fromkeys(NAMES, value)
            self._send(
                browser,
                rule,
                method,
                f"with {kind}",
                headers=bearer,
                query_string=urlencode(asked, errors="surrogateescape"),
            )
            body = json.dumps({name: [value] if name in {"scopes", "languages"} else value for name in NAMES})
            self._send(browser, rule, method, f"with {kind}", headers=bearer, data=body, content_type=JSON)
        for kind, document in DOCUMENTS.items():
            self._send(browser, rule, method, f"with {kind}", headers=bearer, data=document, content_type=JSON)

    def _addresses(self, rule: Rule, method: str) -> None:
        browser = self._browser()
        for kind, value in VALUES.items():
            hole = quote(value[:2_000] or "-", errors="surrogateescape")
            path = hole.join(re.split(r"<[^>]+>", rule.rule))
            self._send(browser, rule, method, f"at {kind}", path=path, data={"csrf_token": CSRF})

    def _send(self, browser: Browser, rule: Rule, method: str, kind: str, path: str = "", **sent: Any) -> None:
        values = {name: self._things.get(name, UUID(int=9)) for name in rule.arguments}
        path = path or self._app.url_map.bind("academy.test").build(rule.endpoint, values, method=method)
        self.calls += 1
        caller = {"REMOTE_ADDR": f"10.{self.calls >> 16}.{self.calls >> 8 & 255}.{self.calls & 255}"}
        answer = browser.open(path, method=method, environ_overrides=caller, **sent)
        if answer.status_code >= 500:
            self.faults.add(f"{method} {rule.rule} {kind}: {answer.status_code}")

    def _browser(self) -> Browser:
        """Return a browser of somebody with every role: an attack may have ended the last one's session."""
        browser = signed_in_as(self._app, self._database, self._person, means="staff")
        with browser.session_transaction(base_url=browser.address) as cookie:
            cookie["c"] = "A" * 32
        return browser


@pytest.fixture
def things(databases: dict[str, Database], tmp_path: Path) -> dict[str, Any]:
    return two_editions(databases, tmp_path).things["ours"]


def test_the_fields_are_found() -> None:
    assert {"email", "passphrase", "next", "lang", "motivation", "q"} <= set(NAMES)


@pytest.mark.timeout(300)  # it grows with every route
@pytest.mark.parametrize("service", SERVICES)
def test_nothing_a_visitor_sends_is_an_error_of_ours(
    service: str, databases: dict[str, Database], things: dict[str, Any], tmp_path: Path
) -> None:
    assault = Assault(house(service, databases, tmp_path), databases["owner"], things, "public", "participant")
    assault.go()
    assert assault.calls > 50
    assert sorted(assault.faults) == []


@pytest.mark.sweep
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kinds", [("public", "participant"), ("staff",), ("token",)])
@pytest.mark.parametrize("service", SERVICES)
def test_nothing_anybody_sends_among_usual_fields_is_an_error_of_ours(
    service: str, kinds: tuple[str, ...], databases: dict[str, Database], things: dict[str, Any], tmp_path: Path
) -> None:
    assault = Assault(house(service, databases, tmp_path), databases["owner"], things, *kinds, groups=2)
    assault.go()
    assert assault.calls > 100
    assert sorted(assault.faults) == []


@pytest.mark.parametrize("service", SERVICES)
def test_no_header_is_an_error_of_ours(service: str, databases: dict[str, Database], tmp_path: Path) -> None:
    browser = visitor(house(service, databases, tmp_path))
    for path in ("/", "/sign-in", "/materials", f"/materials/files/{UUID(int=9)}", "/mail/unsubscribe/x", "/me",
                 "/desk", f"/api/{service}/v1/openapi.json", f"/api/{service}/v1/editions"):  # fmt: skip
        for header in HEADERS:
            for kind, value in HEADER_VALUES.items():
                answer = browser.get(path, headers={header: value})
                assert answer.status_code < 500, f"{path} with {header}: {kind}"


@pytest.mark.parametrize("service", SERVICES)
def test_many_fields_and_long_ones_are_no_error_of_ours(
    service: str, databases: dict[str, Database], tmp_path: Path
) -> None:
    browser = visitor(house(service, databases, tmp_path))
    for path in ("/sign-in", "/staff/sign-in", "/mail/unsubscribe/x", "/materials"):
        for fields in ("a=1&" * 30_000, "=&" * 60_000, "a" * 120_000, "a=" + "%F0%9F" * 20_000):
            assert browser.post(path, data=fields, content_type=FORM).status_code < 500
            assert browser.get(path, query_string=fields).status_code < 500


def test_an_error_of_ours_is_noticed(databases: dict[str, Database], things: dict[str, Any]) -> None:
    """The control: a page that believes a query is a number."""
    careless = Blueprint("careless", __name__)

    @careless.get("/careless")
    @public
    def count() -> str:
        return str(int(request.args.get("days", "1")))

    assault = Assault(app_of(careless, database=databases["registration"]), databases["owner"], things, "public")
    assault.go()
    assert "GET /careless with markup: 500" in assault.faults
