"""The desk shows a way to those who may go it, and to nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from shared.clock import now
from shared.web.door.identity import SignedIn, StaffRole
from shared.web.pages.navigation import sections, way_from

if TYPE_CHECKING:
    from collections.abc import Iterable

OURS, SLUG = UUID(int=1), "ours-2026"


def person(*roles: StaffRole) -> SignedIn:
    return SignedIn(UUID(int=9), "Ada", "en", "UTC", "staff", roles, "", now())


def ways(roles: Iterable[StaffRole], slug: str | None = SLUG) -> set[str]:
    return {way.key for section in sections(person(*roles), slug) for way in section.items}


@pytest.mark.parametrize(
    ("role", "within"),
    [
        ("organiser", {"applications", "decisions", "campaigns"}),
        ("reviewer", {"applications", "decisions"}),
        ("approver", {"decisions", "campaigns"}),
        ("writer", {"campaigns"}),
        ("viewer", {"applications", "decisions", "campaigns"}),
        ("door", set()),
    ],
)
def test_each_role_finds_the_pages_of_its_edition_and_of_no_other(role: str, within: set[str]) -> None:
    inside = {"applications", "decisions", "campaigns"}
    assert ways([StaffRole(role, OURS, SLUG)]) & inside == within
    assert ways([StaffRole(role, None)]) & inside == within
    assert ways([StaffRole(role, OURS, SLUG)], "theirs-2026") & inside == set()
    assert ways([StaffRole(role, OURS, SLUG)], None) & inside == set()


def test_a_role_in_one_edition_shows_no_way_that_asks_for_all() -> None:
    assert "outbox" in ways([StaffRole("organiser", None)])
    assert "outbox" not in ways([StaffRole("organiser", OURS, SLUG)])
    assert "staff" in ways([StaffRole("organiser", OURS, SLUG)])


def test_a_way_leads_into_the_edition_that_is_worked_on() -> None:
    (found,) = [
        way.url
        for section in sections(person(StaffRole("viewer", OURS, SLUG)), SLUG)
        for way in section.items
        if way.key == "campaigns"
    ]
    assert found == "/desk/mail/e/ours-2026/campaigns"


def test_who_is_not_signed_in_is_shown_nothing() -> None:
    assert sections(None, SLUG) == []


def test_technical_pages_are_shown_to_who_runs_the_system_alone() -> None:
    technical = {"outbox", "tokens", "components"}
    assert ways([StaffRole("organiser", None)]) >= technical
    assert ways([StaffRole("organiser", OURS, SLUG), StaffRole("viewer", None)]) & technical == set()


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/desk/e/theirs-2026/decisions", "/desk/e/ours-2026/decisions"),
        ("/desk/e/theirs-2026/applications/42?story=all", "/desk/e/ours-2026/applications"),
        ("/desk/mail/e/theirs-2026/campaigns/42/launch", "/desk/mail/e/ours-2026/campaigns"),
        ("/desk/e/theirs-2026/preview", "/desk"),
        ("/desk/materials?page=2", "/desk/materials?page=2"),
        ("/desk", "/desk"),
    ],
)
def test_the_same_page_opens_in_another_edition(path: str, leads_to: str) -> None:
    assert way_from(path, person(StaffRole("viewer", None)), SLUG) == leads_to
