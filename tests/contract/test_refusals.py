"""Every deed on a page says where its refusal is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from werkzeug.exceptions import HTTPException

from shared.web.door.policy import policy_of
from shared.web.pages.refusing import page_of_refusals
from tests.support.houses import SERVICES, house

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from werkzeug.routing import Rule

    from shared.database import Database

ELSEWHERE: Final = {
    "/me/enrolments/<uuid:enrolment_id>/withdraw": "its path does not name the application on whose page it stands",
}


@pytest.fixture(params=SERVICES)
def app(request: pytest.FixtureRequest, databases: dict[str, Database], tmp_path: Path) -> Flask:
    return house(request.param, databases, tmp_path)


def deeds(app: Flask) -> list[Rule]:
    """Return what signed-in people press."""
    policies = [(rule, policy_of(app.view_functions[rule.endpoint])) for rule in app.url_map.iter_rules()]
    return [
        rule
        for rule, policy in policies
        if policy and policy.kind in {"participant", "staff"} and "POST" in (rule.methods or ())
    ]


def opens(app: Flask, path: str) -> bool:
    try:
        app.url_map.bind("academy.test").match(path, method="GET")
    except HTTPException:
        return False
    return True


def test_a_deed_has_a_page_at_its_own_address_or_names_the_one_where_its_refusal_is_told(app: Flask) -> None:
    own = {rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    silent = [
        rule.rule
        for rule in deeds(app)
        if rule.rule not in own
        and not page_of_refusals(app.view_functions[rule.endpoint])
        and rule.rule not in ELSEWHERE
    ]
    assert deeds(app)
    assert not silent


def test_the_page_that_a_deed_names_is_there(app: Flask) -> None:
    some = "00000000-0000-7000-8000-000000000000"
    for rule in deeds(app):
        page = page_of_refusals(app.view_functions[rule.endpoint])
        if page:
            assert opens(app, page.format(**dict.fromkeys(rule.arguments, some))), f"{rule.rule} names {page}"
