"""Walks every route of an application as everybody, and says where the door did not do what the route declares.

What is expected is worked out here from the declaration and from whose thing the path names, not by asking the door.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import text

from shared.clock import now
from shared.deeds import Deed
from shared.people.actions.tokens import make_api_token
from shared.schema.everything import metadata
from shared.web.door.policy import ROLES, Policy, policy_of
from shared.web.door.scopes import SCOPES
from tests.support.two_editions import SIDES, Side, TwoEditions
from tests.support.web import Browser, person_called, signed_in_as, visitor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flask import Flask
    from werkzeug.routing import Rule

    from shared.database import Database

SIGN_IN: Final = ("/sign-in", "/staff/sign-in")
READS: Final = frozenset({"GET", "HEAD"})
ONES_OWN: Final = frozenset({"review_id"})
"""Arguments that name a thing of one person: whoever else asks is told that there is none."""
Held = Literal["ours", "all"]


@dataclass(frozen=True)
class Somebody:
    """Who asks: a role held in our edition or in all, by a browser at the desk or by a token."""

    role: str
    held: Held
    browser: Browser
    headers: Mapping[str, str]
    csrf: str


@dataclass(frozen=True)
class Step:
    """One request: who, how, to what, and what must come back; None for anything but a refusal by the door."""

    rule: Rule
    method: str
    path: str
    side: Side
    somebody: Somebody
    expected: int | None
    must_be_there: bool
    """Nothing has changed yet, and the route asks nothing more of what it names."""

    def wrong(self, status: int, location: str) -> str:
        """Return what is wrong with the answer, in a sentence, or an empty string."""
        if self.expected is not None:
            found = "" if status == self.expected else f"{status} instead of {self.expected}"
        elif status in {401, 403} or (status == 303 and location.startswith(SIGN_IN)):
            found = f"{status} though it is allowed"
        elif self.must_be_there and status == 404:
            found = "404 though it is allowed and there"
        else:
            found = ""
        who = f"{self.somebody.role} of {self.somebody.held}"
        return f"{self.method} {self.rule.rule} of {self.side} by {who}: {found}" if found else ""


class Walk:
    """All of an application's guarded routes, tried in a world of two editions."""

    def __init__(self, app: Flask, databases: Mapping[str, Database], world: TwoEditions) -> None:
        self._app, self._database, self._world = app, databases["owner"], world
        self.somebodies = [self._somebody(role, held) for role in sorted(ROLES) for held in ("ours", "all")]

    def faults(self) -> list[str]:
        """Return what went otherwise than declared, route by route; reads first, since deeds change what is there."""
        found: list[str] = []
        for rule, method in sorted(self._routes(), key=lambda one: (one[1] not in READS, one[0].rule, one[1])):
            steps = list(self._steps(rule, method))
            before = contents(self._database)
            found += self._take(step for step in steps if step.expected is not None)
            if changed := [table for table, rows in contents(self._database).items() if rows != before[table]]:
                found.append(f"{method} {rule.rule} was refused and yet changed {', '.join(changed)}")
            found += self._take(step for step in steps if step.expected is None)
        return found

    def count(self) -> int:
        """Return how many requests the walk makes."""
        return sum(len(list(self._steps(rule, method))) for rule, method in self._routes())

    def _routes(self) -> Iterable[tuple[Rule, str]]:
        for rule in self._app.url_map.iter_rules():
            if self._policy(rule).kind in {"staff", "token"}:
                yield from ((rule, method) for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))

    def _steps(self, rule: Rule, method: str) -> Iterable[Step]:
        policy = self._policy(rule)
        for side in SIDES:
            path = self.path(rule, method, side)
            for somebody in self.somebodies:
                expected = expected_status(policy, rule, somebody, side)
                there = method in READS and not policy.anywhere and not rule.arguments & ONES_OWN
                yield Step(rule, method, path, side, somebody, expected, must_be_there=there)

    def path(self, rule: Rule, method: str, side: Side) -> str:
        """Return the path that names the things of ``side``."""
        values = {name: self._world.things[side][name] for name in rule.arguments}
        return self._app.url_map.bind("academy.test").build(rule.endpoint, values, method=method)

    def _take(self, steps: Iterable[Step]) -> list[str]:
        return [wrong for step in steps if (wrong := step.wrong(*self.ask(step)))]

    def ask(self, step: Step) -> tuple[int, str]:
        """Send the request, its form or body naming the edition of the step's side; return status and location."""
        edition = str(self._world.editions[step.side])
        if self._policy(step.rule).kind == "token":
            answer = visitor(self._app).open(step.path, method=step.method, headers=step.somebody.headers, json={})
        else:
            form = {"csrf_token": step.somebody.csrf, "edition_id": edition} if step.method not in READS else None
            answer = step.somebody.browser.open(step.path, method=step.method, data=form)
        return answer.status_code, answer.headers.get("Location", "")

    def _policy(self, rule: Rule) -> Policy:
        found = policy_of(self._app.view_functions[rule.endpoint])
        return found or Policy("public")

    def _somebody(self, role: str, held: Held) -> Somebody:
        roles: Any = [role] if held == "all" else [(role, self._world.editions["ours"])]
        person = person_called(self._database, f"{role}-{held}", roles=roles)
        browser = signed_in_as(self._app, self._database, person, means="staff")
        secret = "A" * 32
        with browser.session_transaction(base_url=browser.address) as cookie:
            cookie["c"] = secret
        with self._database.transaction() as session:
            token = make_api_token(
                session, name="all", scopes=list(SCOPES), lasts=timedelta(days=1), deed=Deed(person, now())
            )
        csrf = urlsafe_b64encode(bytes(24)).decode() + secret  # a mask of zeros hides nothing
        return Somebody(role, held, browser, {"Authorization": f"Bearer {token}"}, csrf)


def expected_status(policy: Policy, rule: Rule, somebody: Somebody, side: Side) -> int | None:
    """Return how the door refuses ``somebody`` the thing of ``side``, or None where it lets pass."""
    roles = policy.roles or SCOPES[policy.scope].roles
    if somebody.role not in roles:
        return 403
    if somebody.held == "all" or policy.anywhere:
        return None
    if policy.everywhere:
        return 403
    if side == somebody.held:
        return None
    return 404 if rule.arguments else 403


def contents(database: Database) -> dict[str, tuple[Any, ...]]:
    """Return for each table how many rows it has and a checksum of what they are and who wrote them last."""
    parts = [
        f"SELECT '{table.fullname}' AS name, count(*),"
        f' coalesce(sum(hashtext(t::text || t.xmin::text)), 0) FROM {table.schema}."{table.name}" t'
        for table in metadata.sorted_tables
    ]
    with database.reading() as session:
        rows = session.execute(text(" UNION ALL ".join(parts))).all()
    return {name: tuple(rest) for name, *rest in rows}
