"""The groups people belong to: by what the house knows of everybody, and by their answers to listed questions."""

from __future__ import annotations

from typing import Any, Final

from services.registration.rules.selection.regions import region_of

TRAITS: Final = ("region", "country", "language", "fellowship")
ANSWER: Final = "answer."
"""Before the key of a question, where an answer to it makes the group."""


def traits_of(*, country: str, language: str, needs_fellowship: bool) -> dict[str, str]:
    """Return the value of each of ``TRAITS`` for one application."""
    return {
        "region": region_of(country),
        "country": country,
        "language": language,
        "fellowship": "yes" if needs_fellowship else "no",
    }


def contains(answer: Any, held: Any) -> bool:
    """Say whether an answer contains ``held``, as JSONB's ``@>`` does for what questions hold."""
    if isinstance(held, list):
        return isinstance(answer, list) and all(any(contains(one, part) for one in answer) for part in held)
    if isinstance(held, dict):
        return isinstance(answer, dict) and all(key in answer and answer[key] == held[key] for key in held)
    return type(answer) is type(held) and bool(answer == held)
