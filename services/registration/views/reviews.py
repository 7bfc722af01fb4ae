"""Criteria and standings as the desk shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.registration.rules.editions import Wording, wording
from shared.schema.registration import Rubric


@dataclass(frozen=True)
class CriterionView:
    """One criterion in the reader's language. ``choices`` are ``(score, label)``, the worst first."""

    key: str
    name: Wording
    anchors: Wording
    choices: Sequence[tuple[str, str]]
    weight: float


Criteria = Sequence[CriterionView]


def present_criteria(rubric: Rubric, *, language: str) -> Criteria:
    """Return the criteria in ``language``, or in the language that stands in for it."""
    return [
        CriterionView(
            one["key"],
            wording(one["name"], language),
            wording(one.get("anchors", {}), language),
            [(str(score), str(score)) for score in range(1, int(one["best"]) + 1)],
            float(one["weight"]),
        )
        for one in rubric.criteria
    ]
