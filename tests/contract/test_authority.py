"""Who may do what, and to whose things: every guarded route, method, role, edition and token, with real things."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from flask import Blueprint, Flask

from shared.clock import now
from shared.deeds import Deed
from shared.people.actions.tokens import make_api_token
from shared.schema.base import new_id
from shared.web.door.policy import PolicyMissing, policy_of, staff
from shared.web.door.scopes import SCOPES
from shared.web.pages.navigation import ENTRIES
from tests.support.houses import SERVICES, house
from tests.support.two_editions import NOBODYS, two_editions
from tests.support.walk import READS, Walk, contents
from tests.support.web import app_of, person_called, signed_in_as, visitor

if TYPE_CHECKING:
    from pathlib import Path

    from werkzeug.routing import Rule

    from shared.database import Database

OWN = {
    "/api/materials/v1/renditions/<uuid:rendition_id>": "what the token's owner may open, as the shelf decides",
    "/api/materials/v1/works/<slug>/place": "where the token's owner is in what she may open, as the shelf decides",
    "/api/materials/v1/works/<slug>/reading/<language>": "what she may open",
    "/api/materials/v1/works/<slug>/reading/<language>/parts/<int:number>": "what she may open",
    "/desk/tokens/<uuid:token_id>/revoke": "a token of one's own",
}
"""Routes that name a thing and ask for the role in any edition, with the reason why that is right."""


@pytest.fixture(params=SERVICES)
def app(request: pytest.FixtureRequest, databases: dict[str, Database], tmp_path: Path) -> Flask:
    return house(request.param, databases, tmp_path)


def guarded(app: Flask, *kinds: str) -> list[tuple[Rule, Any]]:
    found = [(rule, policy_of(app.view_functions[rule.endpoint])) for rule in app.url_map.iter_rules()]
    return [(rule, policy) for rule, policy in found if policy is not None and policy.kind in kinds]


def test_every_route_lets_in_whom_it_names_to_the_things_it_names(
    app: Flask, databases: dict[str, Database], tmp_path: Path
) -> None:
    walk = Walk(app, databases, two_editions(databases, tmp_path))
    assert walk.count() > 300
    assert walk.faults() == []


def test_a_wrong_owner_and_a_write_before_the_refusal_are_found(databases: dict[str, Database], tmp_path: Path) -> None:
    """The walk is no walk-over: it finds a finder that tells too much, and a row that a refused request left."""
    world = two_editions(databases, tmp_path)
    wrong = Blueprint("wrong", __name__)

    @wrong.get("/wrong/<uuid:release_id>")
    @staff("librarian", of=lambda _session, release_id: set(world.editions.values()) if release_id else None)
    def open_to_all(release_id: UUID) -> str:
        return str(release_id)

    @wrong.post("/hasty")
    @staff("librarian", everywhere=True)
    def hasty() -> str:
        return "done"

    @wrong.before_app_request
    def write() -> None:
        person_called(databases["registration"], str(new_id()))

    faults = Walk(app_of(wrong, database=databases["registration"]), databases, world).faults()
    assert "GET /wrong/<uuid:release_id> of theirs by librarian of ours: 200 instead of 404" in faults
    assert "POST /hasty was refused and yet changed people.person" in faults


def test_visitors_and_people_without_a_role_get_in_nowhere_and_change_nothing(
    app: Flask, databases: dict[str, Database], tmp_path: Path
) -> None:
    world = two_editions(databases, tmp_path)
    walk = Walk(app, databases, world)
    linked = person_called(databases["owner"], "Lena", roles=["organiser"])
    plain = person_called(databases["owner"], "Paul")
    asking = {
        "visitor": (visitor(app), {"staff": 303, "token": 401}),
        "staff by a mailed link": (signed_in_as(app, databases["owner"], linked), {"staff": 303, "token": 401}),
        "nobody": (signed_in_as(app, databases["owner"], plain, means="staff"), {"staff": 403, "token": 401}),
    }
    before, wrong = contents(databases["owner"]), {}
    for rule, policy in guarded(app, "staff", "token"):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            for who, (browser, expected) in asking.items():
                answer = browser.open(walk.path(rule, method, "ours"), method=method)
                if answer.status_code != expected[policy.kind]:
                    wrong[method, rule.rule, who] = answer.status_code
    assert wrong == {}
    assert contents(databases["owner"]) == before


def test_what_stands_beneath_an_edition_belongs_to_it(
    app: Flask, databases: dict[str, Database], tmp_path: Path
) -> None:
    """A path that names our edition and a thing of theirs leads nowhere, even for those who work for both."""
    world = two_editions(databases, tmp_path)
    crossed = {**world.things["theirs"], "edition_slug": world.things["ours"]["edition_slug"]}
    world.things["theirs"].update(crossed)
    walk = Walk(app, databases, world)
    organiser = next(one for one in walk.somebodies if (one.role, one.held) == ("organiser", "all"))
    before, wrong = contents(databases["owner"]), {}
    for rule, policy in guarded(app, "staff", "token"):
        if "edition_slug" not in rule.arguments or len(rule.arguments) == 1:
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            path = walk.path(rule, method, "theirs")
            if policy.kind == "token":
                answer = visitor(app).open(path, method=method, headers=organiser.headers, json={})
            else:
                form = None if method in READS else {"csrf_token": organiser.csrf}
                answer = organiser.browser.open(path, method=method, data=form)
            # An empty form may be refused before anything is looked up; it must do nothing all the same.
            if answer.status_code not in ({404} if method in READS else {303, 404, 422}):
                wrong[method, rule.rule] = answer.status_code
    assert wrong == {}
    after = contents(databases["owner"])
    assert [table for table in after if after[table] != before[table]] in ([], ["people.api_token"])  # its last use


def test_a_token_without_the_scope_does_nothing(app: Flask, databases: dict[str, Database], tmp_path: Path) -> None:
    walk = Walk(app, databases, two_editions(databases, tmp_path))
    person = person_called(databases["owner"], "Olga", roles=["organiser"])
    tokens = {}
    with databases["owner"].transaction() as session:
        for scope in SCOPES:
            rest = [other for other in SCOPES if other != scope]
            tokens[scope] = make_api_token(
                session, name="rest", scopes=rest, lasts=timedelta(days=1), deed=Deed(person, now())
            )
    before = contents(databases["owner"])
    for rule, policy in guarded(app, "token"):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            headers = {"Authorization": f"Bearer {tokens[policy.scope]}"}
            answer = visitor(app).open(walk.path(rule, method, "ours"), method=method, headers=headers, json={})
            assert answer.status_code == 403, (method, rule.rule)
    assert contents(databases["owner"]) == before


def test_a_form_that_names_all_editions_or_two_takes_a_role_in_all(
    app: Flask, databases: dict[str, Database], tmp_path: Path
) -> None:
    world = two_editions(databases, tmp_path)
    walk = Walk(app, databases, world)
    ours = next(one for one in walk.somebodies if (one.role, one.held) == ("organiser", "ours"))
    both = [str(one) for one in world.editions.values()]
    before = contents(databases["owner"])
    for rule, policy in guarded(app, "staff"):
        if policy.chosen:
            for chosen in ([], [""], ["nonsense"], both, both[::-1]):
                form = {"csrf_token": ours.csrf, policy.chosen: chosen}
                answer = ours.browser.post(walk.path(rule, "POST", "ours"), data=form)
                assert answer.status_code == 403, (rule.rule, chosen)
    assert contents(databases["owner"]) == before


def test_a_role_anywhere_suffices_for_nothing_that_an_edition_owns(app: Flask) -> None:
    by_id = [rule.rule for rule, policy in guarded(app, "staff", "token") if policy.anywhere and rule.arguments]
    assert sorted(set(by_id) - set(OWN)) == []
    unowned = [
        rule.rule
        for rule, policy in guarded(app, "staff", "token")
        if policy.everywhere and rule.arguments - set(NOBODYS) - {"person_id"}
    ]
    assert unowned == []


def test_the_navigation_leads_where_the_routes_are(databases: dict[str, Database], tmp_path: Path) -> None:
    """Each entry is served by one service, under its own address and with its own policy."""
    served = [
        (rule.rule, policy)
        for service in SERVICES
        for rule, policy in guarded(house(service, databases, tmp_path), "staff")
        if "GET" in (rule.methods or ())
    ]
    for entry in ENTRIES.values():
        assert [policy for rule, policy in served if rule == entry.rule] == [entry.policy], entry.key


@pytest.mark.parametrize(
    ("path", "policy", "sentence"),
    [
        ("/things", staff("viewer"), "does not say whose thing it is"),
        ("/things/<uuid:thing_id>", staff("viewer", chosen="edition_id"), "declares no of= that tells whose thing"),
        ("/e/<edition_slug>", staff("viewer", anywhere=True), "says two things"),
        ("/things", staff("viewer", of=lambda _session, thing_id: thing_id), "has no <thing_id>"),
    ],
)
def test_a_route_that_leaves_open_whose_thing_it_is_stops_the_start(
    registration_database: Database, path: str, policy: Any, sentence: str
) -> None:
    silent = Blueprint("silent", __name__)
    silent.add_url_rule(path, "silent", policy(lambda **_named: "open"))
    with pytest.raises(PolicyMissing, match=sentence):
        app_of(silent, database=registration_database)
