"""A link may name where a form leads; it never leads away from us."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies

from shared.web.door.redirects import own_path

AWAY = [
    "http://evil.test",
    "https://evil.test/",
    "//evil.test",
    "///evil.test",
    "/\\evil.test",
    "\\\\evil.test",
    "/\t/evil.test",
    "/\n/evil.test",
    "/%0d%0aLocation: x".replace("%0d%0a", "\r\n"),
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.test",
    ".evil.test",
    "@evil.test",
    " /me",
    "/me\x00",
    "/mé",
    "/\u2028/evil.test",
    "",
    "?next=/",
    "#",
    "/" + "a" * 3000,
]


@pytest.mark.parametrize("candidate", AWAY)
def test_what_leads_away_is_replaced(candidate: str) -> None:
    assert own_path(candidate, otherwise="/me") == "/me"


@pytest.mark.parametrize(
    "candidate", ["/", "/me", "/desk/e/spring-2026/applications?state=submitted&page=2#top", "/a//b"]
)
def test_own_paths_stay(candidate: str) -> None:
    assert own_path(candidate, otherwise="/other") == candidate


@given(strategies.text())
def test_whatever_is_asked_the_answer_is_a_path_of_ours(candidate: str) -> None:
    found = own_path(candidate)
    assert found.startswith("/")
    assert not found.startswith(("//", "/\\"))
    assert found.isascii()
    assert found.isprintable()
