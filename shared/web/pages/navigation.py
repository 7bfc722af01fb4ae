"""Where the desk leads, across the three services; who sees which way.

Each entry is the declaration of its page: the page's route takes its address and its policy from here, in whichever
service it stands, so that the desk shows a way exactly to those who may go it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from shared.web.door.identity import SignedIn
from shared.web.door.policy import EDITION, ROLES, Policy, declare, staff_policy
from shared.words.sentences import LazyText, _l

View = TypeVar("View", bound=Callable[..., Any])
_SLUG: Final = f"<{EDITION}>"
_IN_EDITION: Final = re.compile(r"/e/([a-z0-9-]+)(?:/|$)")


@dataclass(frozen=True)
class Destination:
    """One page of the desk that the navigation leads to: `key` is what the page sets as `nav`.

    A ``technical`` page is led to only by who runs the system, an organiser of all editions; others who may open it
    find it where it matters to them.
    """

    key: str
    label: LazyText
    rule: str
    policy: Policy
    technical: bool = False

    def opens(self, view: View) -> View:
        """Declare that ``view`` is this page; it is registered at the entry's ``rule``."""
        return declare(view, self.policy)

    def way(self, person: SignedIn, edition_slug: str | None) -> str | None:
        """Return where this page is for ``person`` while working on an edition, or None where it is closed."""
        roles = self.policy.roles
        if self.technical and not person.holds("organiser", everywhere=True):
            return None
        if _SLUG not in self.rule:
            return self.rule if person.holds(*roles, everywhere=self.policy.everywhere) else None
        if edition_slug is None or not person.holds_in(edition_slug, *roles):
            return None
        return self.rule.replace(_SLUG, edition_slug)


@dataclass(frozen=True)
class Way:
    """A link of the navigation."""

    key: str
    label: LazyText
    url: str


@dataclass(frozen=True)
class Section:
    """A group of ways under a heading."""

    label: LazyText | None
    items: tuple[Way, ...]


TODAY: Final = Destination("today", _l("Today"), "/desk", staff_policy(*ROLES, anywhere=True))
APPLICATIONS: Final = Destination(
    "applications",
    _l("Applications"),
    "/desk/e/<edition_slug>/applications",
    staff_policy("organiser", "reviewer", "viewer"),
)
FORMS: Final = Destination("forms", _l("Forms"), "/desk/e/<edition_slug>/forms", staff_policy("organiser"))
REVIEWS: Final = Destination(
    "reviews", _l("My reviews"), "/desk/e/<edition_slug>/reviews", staff_policy("reviewer", "organiser")
)
SELECTION: Final = Destination(
    "selection", _l("Selection"), "/desk/e/<edition_slug>/selection", staff_policy("organiser", "approver")
)
DECISIONS: Final = Destination(
    "decisions",
    _l("Decisions"),
    "/desk/e/<edition_slug>/decisions",
    staff_policy("organiser", "reviewer", "approver", "viewer"),
)
FIGURES: Final = Destination(
    "figures", _l("Figures"), "/desk/e/<edition_slug>/figures", staff_policy("organiser", "approver", "viewer")
)
MATERIALS: Final = Destination(
    "materials", _l("Materials"), "/desk/materials", staff_policy("organiser", "librarian", "viewer", anywhere=True)
)
CAMPAIGNS: Final = Destination(
    "campaigns",
    _l("Campaigns"),
    "/desk/mail/e/<edition_slug>/campaigns",
    staff_policy("organiser", "writer", "approver", "viewer"),
)
RETURNS: Final = Destination(
    "returns",
    _l("What came back"),
    "/desk/mail/e/<edition_slug>/returns",
    staff_policy("organiser", "writer", "approver", "viewer"),
)
ADDRESSES: Final = Destination(
    "addresses",
    _l("Addresses left out"),
    "/desk/mail/addresses",
    staff_policy("organiser", everywhere=True),
)
WEBHOOKS: Final = Destination(
    "webhooks", _l("Webhooks"), "/desk/mail/e/<edition_slug>/webhooks", staff_policy("organiser"), technical=True
)
EDITION_SETTINGS: Final = Destination(
    "edition", _l("This edition"), "/desk/e/<edition_slug>/edition", staff_policy("organiser")
)
EDITIONS: Final = Destination(
    "editions", _l("All editions"), "/desk/editions", staff_policy("organiser", anywhere=True)
)
STAFF: Final = Destination("staff", _l("Staff"), "/desk/staff", staff_policy("organiser", anywhere=True))
OUTBOX: Final = Destination(
    "outbox", _l("Background work"), "/desk/outbox", staff_policy("organiser", everywhere=True), technical=True
)
TOKENS: Final = Destination(
    "tokens", _l("API tokens"), "/desk/tokens", staff_policy(*ROLES, anywhere=True), technical=True
)
COMPONENTS: Final = Destination(
    "components", _l("Components"), "/desk/components", staff_policy("organiser", everywhere=True), technical=True
)

SECTIONS: Final[tuple[tuple[LazyText | None, tuple[Destination, ...]], ...]] = (
    (None, (TODAY,)),
    (_l("People"), (APPLICATIONS, REVIEWS, SELECTION, DECISIONS, FIGURES, FORMS)),
    (_l("Materials and mail"), (MATERIALS, CAMPAIGNS, RETURNS)),
    (_l("Settings"), (EDITION_SETTINGS, EDITIONS, STAFF, ADDRESSES, OUTBOX, TOKENS, WEBHOOKS, COMPONENTS)),
)
ENTRIES: Final = {entry.key: entry for _label, entries in SECTIONS for entry in entries}


def sections(person: SignedIn | None, edition_slug: str | None) -> list[Section]:
    """Return the ways that ``person`` may go; those within an edition only where ``edition_slug`` names one."""
    found = []
    for label, entries in SECTIONS:
        ways = tuple(
            Way(entry.key, entry.label, url) for entry in entries if person and (url := entry.way(person, edition_slug))
        )
        if ways:
            found.append(Section(label, ways))
    return found


def way_from(path: str, person: SignedIn, edition_slug: str) -> str:
    """Return what ``path`` of the desk is in another edition, for ``person``.

    A page that the navigation leads to is the same page there, or Today where it is closed; what hangs on one edition,
    such as an application, leads to the list it stands in; what belongs to no edition stays.
    """
    plain = path.partition("?")[0]
    if (here := _IN_EDITION.search(plain)) is None:
        return path
    within = [entry for entry in ENTRIES.values() if _SLUG in entry.rule]
    for entry in within:
        page = entry.rule.replace(_SLUG, here[1])
        if plain == page or plain.startswith(f"{page}/"):
            return entry.way(person, edition_slug) or TODAY.rule
    return TODAY.rule
