"""A weighed selection as the desk shows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.registration.queries.scenarios import Named
from services.registration.rules.selection.balance import Candidate, Held
from services.registration.rules.selection.optimum import Reason, Selection
from services.registration.views import wording
from shared.words.formats import country_name, language_name
from shared.words.sentences import LazyText, _, _l

SHOWN: Final = 100
"""How many of those who stay out are named."""


@dataclass(frozen=True)
class Chosen:
    """One person with the reason for which she is in or out, as a sentence."""

    person: Named
    reason: str


@dataclass(frozen=True)
class SelectionView:
    """Who is in and who is next, how the rules stand, and how the groups are made up against all who applied."""

    chosen: Sequence[Chosen]
    out: Sequence[Chosen]
    left_out: int
    balance: Sequence[Held]
    broken: Sequence[Held]
    mean: float
    regions: Sequence[tuple[str, int, int]]
    """``(region, chosen, of)``."""


def present_selection(
    selection: Selection, candidates: Sequence[Candidate], named: Mapping[UUID, Named]
) -> SelectionView:
    """Return the selection for a page."""
    by_points = sorted(named.values(), key=lambda one: (-(one.points or 0.0), one.name, one.id))
    told = {one.id: Chosen(one, _reason(selection.reasons[one.id])) for one in by_points}
    inside = [told[one.id] for one in by_points if one.id in selection.chosen]
    outside = [told[one.id] for one in by_points if one.id not in selection.chosen]
    points = [one.person.points or 0.0 for one in inside]
    everybody = Counter(one.traits["region"] for one in candidates)
    taken = Counter(one.traits["region"] for one in candidates if one.id in selection.chosen)
    return SelectionView(
        inside,
        outside[:SHOWN],
        len(outside),
        selection.balance,
        selection.broken,
        sum(points) / len(points) if points else 0.0,
        [(group_name(f"region:{code}"), taken[code], of) for code, of in everybody.most_common() if code],
    )


_WHY: Final[Mapping[str, LazyText]] = {
    "points": _l("by points"),
    "points_short": _l("too few points"),
    "no_place": _l("equal points, no place left"),
}


def _reason(reason: Reason) -> str:
    if reason.why == "floor":
        return _("for “%(group)s”, which needs its least number", group=group_name(reason.rule or ""))
    if reason.why == "ceiling":
        return _("“%(group)s” has its greatest number", group=group_name(reason.rule or ""))
    return str(_WHY[reason.why])


def group_name(key: str) -> str:
    """Return a group, written ``trait:value``, in the reader's language."""
    trait, _colon, value = key.partition(":")
    if trait == "fellowship":
        return _("Needs a fellowship") if value == "yes" else _("Needs no fellowship")
    return language_name(value) if trait == "language" else country_name(value)


def groups(values: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """Return the groups a rule may be about, as ``(trait:value, label)``."""
    return [
        (f"{trait}:{value}", f"{wording.TRAIT[trait]}: {group_name(f'{trait}:{value}')}")
        for trait, known in values.items()
        for value in known
    ]
