"""How far a publication has reached: the share of people with a place who hold it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Holder:
    """A person with a place, and whether they fetched the publication in any language and format."""

    country: str
    language: str
    holds: bool


@dataclass(frozen=True)
class Share:
    """Of ``people`` with a place, ``holding`` fetched it."""

    key: str
    people: int
    holding: int

    @property
    def share(self) -> float:
        """Between 0 and 1; 0 when there is nobody."""
        return self.holding / self.people if self.people else 0.0


@dataclass(frozen=True)
class Reach:
    """The whole, and its parts: the least reached first, so that the eye falls where help is needed."""

    whole: Share
    by_country: tuple[Share, ...]
    by_language: tuple[Share, ...]


def reach_of(holders: Iterable[Holder]) -> Reach:
    """Count who holds the publication, in all, by country and by the language people read in."""
    people = list(holders)
    holding = sum(person.holds for person in people)
    return Reach(
        whole=Share("", len(people), holding),
        by_country=_parts(people, lambda person: person.country),
        by_language=_parts(people, lambda person: person.language),
    )


def _parts(people: list[Holder], key: Callable[[Holder], str]) -> tuple[Share, ...]:
    groups: dict[str, list[bool]] = defaultdict(list)
    for person in people:
        groups[key(person)].append(person.holds)
    shares = [Share(name, len(holds), sum(holds)) for name, holds in groups.items()]
    return tuple(sorted(shares, key=lambda part: (part.share, -part.people, part.key)))
