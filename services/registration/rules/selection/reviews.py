"""The life of a review, and of a reviewer's work for an edition."""

from __future__ import annotations

from typing import Final

from services.registration.rules.selection.scoring import Criterion
from shared.machines import machine

REVIEW: Final = machine(
    "registration.review",
    begins="assigned recused",
    moves={
        "assigned": "handed_in recused taken_back",
        "handed_in": "assigned",
        "recused": "",
        "taken_back": "assigned recused",
    },
)
REVIEWER: Final = machine(
    "registration.reviewer",
    begins="reading",
    moves={"reading": "left", "left": "reading"},
    mark="left_at",
)


def score_problems(scores: dict[str, int], criteria: list[Criterion], *, whole: bool) -> dict[str, str]:
    """Return ``{criterion: what is wrong}``: ``missing`` where all must be there, ``out_of_scale``, ``unknown``."""
    known = {one.key: one for one in criteria}
    problems = {key: "unknown" for key in scores if key not in known}
    for key, one in known.items():
        if key not in scores:
            if whole:
                problems[key] = "missing"
        elif not 1 <= scores[key] <= one.best:
            problems[key] = "out_of_scale"
    return problems
