"""Where the desk leads, across the three services; who sees which way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared.words.sentences import LazyText, _l

EVERYBODY = ("organiser", "reviewer", "finance", "librarian", "writer", "approver", "door", "viewer")


@dataclass(frozen=True)
class Item:
    """One way: `key` is what a page sets as `nav`; `{slug}` in the address is the edition's."""

    key: str
    label: LazyText
    url: str
    roles: tuple[str, ...] = EVERYBODY


@dataclass(frozen=True)
class Section:
    """A group of ways under a heading."""

    label: LazyText | None
    items: tuple[Item, ...]


_SECTIONS = (
    Section(None, (Item("today", _l("Today"), "/desk"),)),
    Section(
        _l("People"),
        (
            Item("applications", _l("Applications"), "/desk/{slug}/applications", ("organiser", "reviewer", "viewer")),
            Item("decisions", _l("Decisions"), "/desk/{slug}/decisions", ("organiser", "approver", "viewer")),
        ),
    ),
    Section(
        _l("Materials and mail"),
        (
            Item("materials", _l("Materials"), "/desk/materials", ("organiser", "librarian", "viewer")),
            Item("campaigns", _l("Campaigns"), "/desk/mail/{slug}/campaigns", ("organiser", "writer", "approver")),
        ),
    ),
    Section(
        _l("House"),
        (
            Item("editions", _l("Editions"), "/desk/editions", ("organiser",)),
            Item("outbox", _l("Outbox"), "/desk/outbox", ("organiser",)),
            Item("staff", _l("Staff"), "/desk/staff", ("organiser",)),
            Item("tokens", _l("API tokens"), "/desk/tokens"),
            Item("security", _l("Passphrase"), "/staff/security"),
            Item("components", _l("Components"), "/desk/components", ("organiser",)),
        ),
    ),
)


def sections(roles: Iterable[str], edition_slug: str | None) -> list[Section]:
    """Return the ways that somebody with `roles` may go; without an edition, those that need one are left out."""
    held = set(roles)
    found = []
    for section in _SECTIONS:
        items = tuple(
            Item(item.key, item.label, item.url.replace("{slug}", edition_slug or ""), item.roles)
            for item in section.items
            if held.intersection(item.roles) and (edition_slug or "{slug}" not in item.url)
        )
        if items:
            found.append(Section(section.label, items))
    return found
