"""Writes ``roles.md``, who may open what, from what the routes of the three services declare: ``./academy roles``."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from pydantic import SecretStr

from services.materials.app import build as build_materials
from services.materials.settings import MaterialsSettings
from services.notifications.app import build as build_notifications
from services.notifications.settings import NotificationsSettings
from services.registration.app import build as build_registration
from services.registration.settings import RegistrationSettings
from shared.database import Database
from shared.web.door.policy import EDITION, Policy, policies_of

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.routing import Rule

PAGE: Final = Path(__file__).with_name("roles.md")
COLUMNS: Final = ("organiser", "reviewer", "finance", "librarian", "writer", "approver", "door", "viewer")
GROUPS: Final = ("Everybody", "Participants", "Staff", "Programs", "The house itself")
QUIET: Final = frozenset({"HEAD", "OPTIONS"})
HEAD: Final = """# Who may open what

Written by `./academy roles` from what the routes declare; a test says when it is out of date. A route that declares
nothing stops the start. Whoever may not open a page is led to the sign-in or told so (403); a program gets 401 or 403.
What belongs to an edition that one does not work for is answered like what is not there (404).

- **Everybody**: no sign-in. A mailed link in the path is itself what opens such a page; a file is opened by its shelf.
- **Participants**: any signed-in person; they see their own things alone.
- **Staff**: a passphrase and a one-time code, and one of the roles marked ●. The role is asked
  for in the edition that the path names, that the thing in the path belongs to or that the form names; in any; or in
  all. A role in all editions opens the page in each.
- **Programs**: an API token with the scope named, which does what the person who made it may do, and no more.
- **The house itself**: callers on the machine or its private network; the gateway does not pass them on.
"""


class Asked(NamedTuple):
    """What a route asks, as the page says it."""

    group: str
    """One of :data:`GROUPS`."""
    roles: frozenset[str]
    words: str


@dataclass(frozen=True)
class Way:
    """One path of one service with the methods that ask the same."""

    path: str
    methods: tuple[str, ...]
    service: str
    asked: Asked


def asked_by(policy: Policy, rule: Rule) -> Asked:
    """Read a declared policy: the only place here that knows what one looks like."""
    match policy.kind:
        case "public":
            return Asked("Everybody", frozenset(), "")
        case "participant":
            return Asked("Participants", frozenset(), "")
        case "staff":
            return Asked("Staff", policy.roles, _where(policy, rule))
        case "token":
            return Asked("Programs", frozenset(), f"`{policy.scope}`")
        case "internal":
            return Asked("The house itself", frozenset(), "")


def _where(policy: Policy, rule: Rule) -> str:
    """Say in which edition a role is asked for; see ``decisions/authority.md``."""
    if policy.anywhere or policy.everywhere:
        return "any" if policy.anywhere else "all"
    named = {"the path's": EDITION in rule.arguments, "the thing's": policy.of, "the form's": policy.chosen}
    return " and ".join(words for words, said in named.items() if said)


def houses(folder: Path) -> Iterator[tuple[str, Flask]]:
    """Put the three services together as they are served, on a database that nobody asks."""
    values = {
        "environment": "test",
        "secret_key": SecretStr("only routes are read, nothing is signed"),
        "public_url": "http://academy.example",
        "database_url": SecretStr("postgresql://nobody@127.0.0.1:1/none"),
        "redis_url": "redis://127.0.0.1:1/0",
        "store_url": folder.as_uri(),
    }
    database = Database("postgresql://nobody@127.0.0.1:1/none")
    yield "registration", build_registration(RegistrationSettings.model_validate(values), database)
    yield "materials", build_materials(MaterialsSettings.model_validate(values), database)
    yield "notifications", build_notifications(NotificationsSettings.model_validate(values), database)


def ways() -> list[Way]:
    """Return every path of the three services with what it asks, those that ask the same in one."""
    found: dict[tuple[str, str, Asked], set[str]] = {}
    with tempfile.TemporaryDirectory(prefix="academy-roles-") as folder:
        for service, app in houses(Path(folder)):
            policies = policies_of(app)
            for rule in app.url_map.iter_rules():
                key = (service, rule.rule, asked_by(policies[rule.endpoint], rule))
                found.setdefault(key, set()).update((rule.methods or set()) - QUIET)
    every = [Way(path, tuple(sorted(methods)), service, asked) for (service, path, asked), methods in found.items()]
    return sorted(every, key=lambda one: (one.path, one.methods, one.service))


def page() -> str:
    """Return the page as Markdown."""
    parts, every = [HEAD], ways()
    for group in GROUPS:
        own = [one for one in every if one.asked.group == group]
        more = {"Staff": ["edition", *COLUMNS], "Programs": ["scope"]}.get(group, [])
        rows = [_row("path", "methods", "service", *more), _row(*["---"] * (3 + len(more)))]
        rows += [
            _row(f"`{one.path}`", " ".join(one.methods), one.service, *_more(one.asked, group)) for one in _joined(own)
        ]
        parts.append(f"\n## {group}\n\n" + "\n".join(rows) + "\n")
    return "".join(parts)


def _joined(own: list[Way]) -> list[Way]:
    """Name a path once that every service has alike."""
    found: dict[tuple[str, tuple[str, ...], Asked], list[str]] = {}
    for one in own:
        found.setdefault((one.path, one.methods, one.asked), []).append(one.service)
    return [
        Way(path, methods, "each" if len(services) > 1 else services[0], asked)
        for (path, methods, asked), services in found.items()
    ]


def _more(asked: Asked, group: str) -> list[str]:
    marks = ["●" if role in asked.roles else "" for role in COLUMNS] if group == "Staff" else []
    return [*([asked.words] if asked.words else []), *marks]


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    sys.stderr.write(f"{PAGE} is written\n")
