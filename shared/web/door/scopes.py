"""What an API token may be good for, and which roles its owner must still hold when it is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shared.web.door.policy import ROLES
from shared.words.sentences import LazyText, _l


@dataclass(frozen=True)
class Scope:
    """One right of a token. A token is worth nothing once its owner holds none of ``roles``."""

    label: LazyText
    roles: frozenset[str]


SCOPES: Final = {
    "editions:read": Scope(_l("Read editions"), ROLES),
    "applications:read": Scope(_l("Read applications"), frozenset({"organiser", "reviewer", "viewer"})),
    "applications:submit": Scope(_l("Hand in applications"), frozenset({"organiser"})),
    "decisions:propose": Scope(_l("Propose decisions"), frozenset({"organiser"})),
    "decisions:release": Scope(_l("Release decisions"), frozenset({"organiser", "approver"})),
    "reviews:write": Scope(_l("Review applications"), frozenset({"organiser", "reviewer"})),
    "selection:read": Scope(_l("Read the selection"), frozenset({"organiser", "approver"})),
    "selection:write": Scope(_l("Lead the selection"), frozenset({"organiser"})),
    "materials:read": Scope(_l("Read materials"), frozenset({"organiser", "librarian", "viewer"})),
    "materials:keep": Scope(_l("Draft and publish materials"), frozenset({"organiser", "librarian"})),
    "campaigns:read": Scope(_l("Read campaigns"), frozenset({"organiser", "writer", "approver", "viewer"})),
    "campaigns:write": Scope(_l("Write campaigns"), frozenset({"organiser", "writer"})),
    "mail:read": Scope(_l("Read mails and what came back"), frozenset({"organiser", "writer", "approver", "viewer"})),
    "mail:keep": Scope(_l("Settle what came back"), frozenset({"organiser", "writer"})),
    "mail:send": Scope(_l("Send notices to one person"), frozenset({"organiser", "writer"})),
    "webhooks:keep": Scope(_l("Keep webhooks"), frozenset({"organiser"})),
    "campaigns:launch": Scope(_l("Launch campaigns"), frozenset({"organiser", "writer", "approver"})),
}
