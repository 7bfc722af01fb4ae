"""Floors and ceilings for groups of applicants, and how a selection stands to them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True)
class Candidate:
    """Somebody who could be chosen, with what the rules ask about: ``{trait: value}``, such as region and language."""

    id: UUID
    points: float
    traits: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class BalanceRule:
    """Of those whose ``trait`` is one of ``values``, at least ``floor`` and at most ``ceiling`` are chosen."""

    key: str
    trait: str
    values: frozenset[str]
    floor: int = 0
    ceiling: int | None = None

    def covers(self, candidate: Candidate) -> bool:
        """Say whether ``candidate`` belongs to the group."""
        return candidate.traits.get(self.trait, "") in self.values


@dataclass(frozen=True)
class Held:
    """How many of a rule's group are chosen, of how many there are."""

    rule: BalanceRule
    chosen: int
    of: int

    @property
    def missing(self) -> int:
        """How many the floor lacks."""
        return max(0, self.rule.floor - self.chosen)

    @property
    def over(self) -> int:
        """How many are above the ceiling."""
        return 0 if self.rule.ceiling is None else max(0, self.chosen - self.rule.ceiling)


def held(candidates: Collection[Candidate], chosen: Collection[UUID], rules: Sequence[BalanceRule]) -> list[Held]:
    """Return how the selection ``chosen`` stands to each rule, in the order of the rules."""
    among = set(chosen)
    result = []
    for rule in rules:
        group = [one.id for one in candidates if rule.covers(one)]
        result.append(Held(rule, sum(one in among for one in group), len(group)))
    return result
