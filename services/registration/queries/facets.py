"""How many applications each choice of a filter would show, the other filters being as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.registration.queries.lines import Wish
from shared.schema.registration import ApplicationLine as Line


@dataclass(frozen=True)
class _Alike:
    """Applications that all filters treat alike: there are few ways to stand, however many apply."""

    country: str
    state: str
    proposed: str
    released: str
    offer: str
    language: str
    number: int

    @property
    def decisions(self) -> set[str]:
        """The choices of the filter by decision that find them."""
        found = {f"offer:{self.offer}"} if self.offer else set()
        if self.proposed:
            return found | {f"proposed:{self.proposed}"}
        return found | {f"released:{self.released}" if self.released else "none"}


_CHOICES: Final[Mapping[str, Callable[[_Alike], set[str]]]] = {
    "state": lambda one: {one.state},
    "decision": lambda one: one.decisions,
    "language": lambda one: {one.language},
    "country": lambda one: {one.country},
}


def choices_counted(session: Session, *, edition_id: UUID, wish: Wish) -> Mapping[str, Mapping[str, int]]:
    """Return ``{filter: {choice: applications}}``; nothing while a search or an answer narrows the list as well.

    One pass over an index that holds all of it, as the count of the list is.
    """
    if wish.search or wish.answers:
        return {}
    columns = (Line.country, Line.state, Line.proposed, Line.released, Line.offer, Line.language)
    rows = session.execute(select(*columns, func.count()).where(Line.edition_id == edition_id).group_by(*columns))
    alike = [_Alike(*row) for row in rows]
    chosen: dict[str, Sequence[str]] = {
        "state": wish.states,
        "decision": wish.decisions,
        "language": wish.languages,
        "country": wish.countries,
    }
    counted: dict[str, Counter[str]] = {key: Counter() for key in _CHOICES}
    for one in alike:
        for key, choices in _CHOICES.items():
            others = {other: values for other, values in chosen.items() if other != key}
            if _holds(one, others, drafts=key == "state"):
                for choice in choices(one):
                    counted[key][choice] += one.number
    return counted


def _holds(one: _Alike, chosen: Mapping[str, Sequence[str]], *, drafts: bool) -> bool:
    if one.state == "draft" and not drafts and "draft" not in chosen.get("state", ()):
        return False
    return all(not values or _CHOICES[key](one) & set(values) for key, values in chosen.items())
