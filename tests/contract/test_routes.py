"""What every route of every service keeps to, tried on all of them."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from services.notifications.actions.notices import CAMPAIGN_QUEUE, MAIL_QUEUE
from services.notifications.reactions import reactions
from shared.doors import DOORS
from shared.errors import Refusal
from shared.facts.subscribers import SUBSCRIBERS
from shared.web.api.problems import STATUS, code_of, status_of
from shared.web.door.guard import SAFE
from shared.web.door.policy import csrf_exemption_of, policy_of
from shared.web.door.scopes import SCOPES
from stack.processes import worker_arguments
from tests.support.houses import SERVICES, house
from tests.support.web import person_called, signed_in_as, visitor

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.routing import Rule

    from shared.database import Database

ROOT = Path(__file__).parents[2]
ALL_ROLES = ("organiser", "reviewer", "finance", "librarian", "writer", "approver", "door", "viewer")


@pytest.fixture(params=SERVICES)
def app(request: pytest.FixtureRequest, databases: dict[str, Database], tmp_path: Path) -> Flask:
    return house(request.param, databases, tmp_path)


def filled(app: Flask, rule: Rule) -> str:
    """Return a path that the rule matches."""
    values: dict[str, Any] = {}
    for name in rule.arguments:
        converter = type(rule._converters[name]).__name__  # noqa: SLF001 - no public way to ask
        values[name] = {"UUIDConverter": UUID(int=7), "IntegerConverter": 7}.get(converter, "none-such")
    return app.url_map.bind("academy.test").build(rule.endpoint, values, method=_method(rule))


def _method(rule: Rule) -> str:
    return next((method for method in ("POST", "PUT", "PATCH", "DELETE") if method in (rule.methods or ())), "GET")


def rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def mutating(app: Flask) -> list[Rule]:
    return [rule for rule in rules(app) if (rule.methods or set()) - SAFE]


def test_every_route_declares_who_may_open_it(app: Flask) -> None:
    assert [rule.rule for rule in rules(app) if policy_of(app.view_functions[rule.endpoint]) is None] == []


def test_every_mutating_route_refuses_a_form_without_its_token(app: Flask, owner_database: Database) -> None:
    person = person_called(owner_database, "Omnia", roles=ALL_ROLES)
    browser = signed_in_as(app, owner_database, person, means="staff")
    wrong = {}
    for rule in mutating(app):
        view = app.view_functions[rule.endpoint]
        policy = policy_of(view)
        assert policy is not None
        if policy.kind == "token" or csrf_exemption_of(view):
            continue
        for form in ({}, {"csrf_token": "x"}, {"csrf_token": "A" * 64}):
            answer = browser.open(filled(app, rule), method=_method(rule), data=form)
            if answer.status_code != 403:
                wrong[rule.rule] = answer.status_code
    assert wrong == {}


def test_what_needs_no_form_token_is_public_and_says_why(app: Flask) -> None:
    exempt = {rule.rule: csrf_exemption_of(app.view_functions[rule.endpoint]) for rule in mutating(app)}
    named = {rule: reason for rule, reason in exempt.items() if reason}
    for rule, reason in named.items():
        assert "8058" in reason or len(reason) > 10, rule
    assert len(named) <= 1


def test_visitors_get_into_nothing_that_is_not_public(app: Flask) -> None:
    wrong = {}
    for rule in rules(app):
        policy = policy_of(app.view_functions[rule.endpoint])
        assert policy is not None
        if policy.kind in {"public", "internal"} or "GET" not in (rule.methods or ()):
            continue
        answer = visitor(app).get(filled(app, rule))
        expected = {"participant": 303, "staff": 303, "token": 401}[policy.kind]
        if answer.status_code != expected:
            wrong[rule.rule] = answer.status_code
    assert wrong == {}


def test_people_without_roles_get_into_no_desk(app: Flask, owner_database: Database) -> None:
    person = person_called(owner_database, "Paul")
    link = signed_in_as(app, owner_database, person, means="link")
    staff = signed_in_as(app, owner_database, person, means="staff")
    for rule in rules(app):
        policy = policy_of(app.view_functions[rule.endpoint])
        assert policy is not None
        if policy.kind == "staff" and "GET" in (rule.methods or ()):
            assert link.get(filled(app, rule)).status_code == 303, rule.rule
            assert staff.get(filled(app, rule)).status_code == 403, rule.rule


def test_nothing_breaks_on_a_thing_that_is_not_there(app: Flask, owner_database: Database) -> None:
    person = person_called(owner_database, "Omnia", roles=ALL_ROLES)
    browser = signed_in_as(app, owner_database, person, means="staff")
    broken = {}
    for rule in rules(app):
        if "GET" not in (rule.methods or ()):
            continue
        answer = browser.get(filled(app, rule))
        if answer.status_code >= 500 and rule.rule != "/readyz":
            broken[rule.rule] = answer.status_code
        assert len(answer.headers.getlist("X-Content-Type-Options")) == 1, rule.rule
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"], rule.rule
        assert answer.headers["Cache-Control"], rule.rule
    assert broken == {}


def test_a_foreign_host_gets_nowhere(app: Flask) -> None:
    for rule in rules(app):
        policy = policy_of(app.view_functions[rule.endpoint])
        if policy is not None and policy.kind != "internal" and "GET" in (rule.methods or ()):
            answer = visitor(app).get(filled(app, rule), headers={"Host": "evil.test"})
            assert answer.status_code == 400, rule.rule
            assert "evil.test" not in answer.text


def test_every_token_asks_for_a_known_scope(app: Flask) -> None:
    for rule in rules(app):
        policy = policy_of(app.view_functions[rule.endpoint])
        if policy is not None and policy.kind == "token":
            assert policy.scope in SCOPES


def refusals() -> list[type[Refusal]]:
    for service in SERVICES:
        importlib.import_module(f"services.{service}.errors")
    found: list[type[Refusal]] = []
    waiting = [Refusal]
    while waiting:
        kind = waiting.pop()
        found.append(kind)
        waiting.extend(kind.__subclasses__())
    return [kind for kind in found if kind is not Refusal and kind.__module__.split(".")[0] in {"services", "shared"}]


def test_every_refusal_is_a_documented_problem() -> None:
    """A refusal has a kind (a status), words of its own, and a name that no other has: the problem's type."""
    own = [kind for kind in refusals() if kind not in STATUS]
    assert [kind for kind in own if status_of(kind) not in {400, 401, 403, 404, 409, 413, 415, 422, 429}] == []
    assert [kind for kind in own if not kind.__doc__ or not str(kind.title)] == []
    names = [(".".join(kind.__module__.split(".")[:2]), code_of(kind)) for kind in refusals()]
    assert sorted(names) == sorted(set(names))


def test_every_queue_has_a_worker() -> None:
    """Whoever rings names a queue or a door; the launcher's and the container's workers listen to all of them."""
    assert {reactions.subscriber, MAIL_QUEUE, CAMPAIGN_QUEUE} == DOORS
    rung = {name for names in SUBSCRIBERS.values() for name in names}
    compose = re.search(r'"-Q", "([a-z,]+)"', (ROOT / "docker-compose.yml").read_text())
    assert compose
    for listened in (set(compose[1].split(",")), set(worker_arguments()[2].split(","))):
        assert rung <= listened
    for service in SERVICES:
        assert (ROOT / "services" / service / "worker.py").exists()
