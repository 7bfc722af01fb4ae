"""How far a publication has reached: the share of people with a place who hold it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Holders:
    """People with a place who are alike, and whether they fetched the publication in any language and format."""

    country: str
    language: str
    holds: bool
    people: int = 1


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


def reach_of(holders: Iterable[Holders]) -> Reach:
    """Count who holds the publication, in all, by country and by the language people read in."""
    alike = list(holders)
    return Reach(
        whole=_share("", alike),
        by_country=_parts(alike, lambda one: one.country),
        by_language=_parts(alike, lambda one: one.language),
    )


def _share(key: str, alike: list[Holders]) -> Share:
    return Share(key, sum(one.people for one in alike), sum(one.people for one in alike if one.holds))


def _parts(alike: list[Holders], key: Callable[[Holders], str]) -> tuple[Share, ...]:
    groups: dict[str, list[Holders]] = defaultdict(list)
    for one in alike:
        groups[key(one)].append(one)
    shares = [_share(name, group) for name, group in groups.items()]
    return tuple(sorted(shares, key=lambda part: (part.share, -part.people, part.key)))
