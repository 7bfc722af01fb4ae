"""The selection with the highest total under the rules, and for each person the reason. It proposes; people decide.

An integer programme, solved by HiGHS. A ceiling always holds, even where places stay free for it; the floors are
missed by as little as can be (by nothing, when they agree), and then the points are as many as that allows. Ties are
drawn by a seed, so the same seed gives the same list, and the order in which candidates come does not matter.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final, Literal, NamedTuple
from uuid import UUID

from services.registration.rules.selection.balance import BalanceRule, Candidate, Held, held
from shared.errors import Conflict
from shared.words.sentences import _l

Why = Literal["points", "floor", "points_short", "ceiling", "no_place"]
WHOLE: Final = 1_000
"""Points weigh in thousandths; what a seed adds to them is less than one such part, so that it decides ties alone."""
SECONDS: Final = 5.0


class NoAnswerInTime(Conflict):
    """The solver was stopped by the clock."""

    title = _l("These rules cannot be weighed in the time there is; take one away")


class Reason(NamedTuple):
    """Why somebody is in or out. ``rule`` names the floor that calls for her or the ceiling that keeps her out."""

    chosen: bool
    why: Why
    rule: str | None = None


@dataclass(frozen=True)
class Selection:
    """A proposed selection: who, why each, how it stands to the rules, and those rules that could not be kept."""

    chosen: frozenset[UUID]
    reasons: Mapping[UUID, Reason]
    balance: Sequence[Held]

    @property
    def digest(self) -> str:
        """A mark of who is chosen among whom: another selection has another one."""
        told = b"".join(one.bytes + bytes([one in self.chosen]) for one in sorted(self.reasons))
        return blake2b(told, digest_size=16).hexdigest()

    @property
    def broken(self) -> list[Held]:
        """The rules that no selection of this size keeps all together, with how much each lacks here."""
        return [one for one in self.balance if one.missing or one.over]


def best_selection(
    candidates: Collection[Candidate], rules: Sequence[BalanceRule], *, places: int, seed: str = ""
) -> Selection:
    """Fill ``places`` from ``candidates``. Raises :class:`NoAnswerInTime`."""
    ordered = sorted(candidates, key=lambda one: one.id)
    programme = _Programme(ordered, rules, places=places)
    missing = programme.least_missing()
    chosen = frozenset(programme.best_within(missing, [WHOLE * one.points + _drawn(seed, one.id) for one in ordered]))
    return Selection(chosen, _reasons(ordered, rules, chosen, places=places, seed=seed), held(ordered, chosen, rules))


def _by_points(candidates: Collection[Candidate], seed: str) -> list[Candidate]:
    return sorted(candidates, key=lambda one: (-one.points, -_drawn(seed, one.id), one.id))


def _drawn(seed: str, one: UUID) -> float:
    """Return a number of [0, 1) that belongs to this person and this seed."""
    digest = blake2b(one.bytes, key=seed.encode()[:64], digest_size=4).digest()
    return int.from_bytes(digest, "big") / 2**32


class _Programme:
    """One yes or no for each candidate, and one number for each rule: by how much its floor is missed."""

    def __init__(self, ordered: Sequence[Candidate], rules: Sequence[BalanceRule], *, places: int) -> None:
        import highspy  # with numpy some 40 MB of a process, of use to none but who weighs a selection

        self._ordered = ordered
        self._solved = highspy.HighsModelStatus.kOptimal
        self._solver = solver = highspy.Highs()  # type: ignore[no-untyped-call]
        solver.silent()
        solver.setOptionValue("mip_rel_gap", 0.0)
        solver.setOptionValue("time_limit", SECONDS)
        solver.setOptionValue("threads", 1)
        self._picks = [solver.addBinary() for _ in ordered]
        self._missing = [solver.addVariable(lb=0, ub=rule.floor) for rule in rules]
        if ordered:
            solver.addConstr(solver.qsum(self._picks) <= places)
        for rule, missing in zip(rules, self._missing, strict=True):
            group = [pick for pick, one in zip(self._picks, ordered, strict=True) if rule.covers(one)]
            solver.addConstr(solver.qsum([*group, missing]) >= rule.floor)
            if rule.ceiling is not None and group:
                solver.addConstr(solver.qsum(group) <= rule.ceiling)

    def least_missing(self) -> list[int]:
        """Return by how much each floor must be missed, so that all together miss least."""
        if not self._missing:
            return []
        self._solver.minimize(self._solver.qsum(self._missing))
        return [round(value) for value in self._answer()[len(self._ordered) :]]

    def best_within(self, missing: Sequence[int], gains: Sequence[float]) -> list[UUID]:
        """Return who brings the highest sum of ``gains`` while no floor is missed by more than ``missing``."""
        for variable, most in zip(self._missing, missing, strict=True):
            self._solver.addConstr(variable <= most)
        if not self._ordered:
            return []
        terms = [gain * pick for gain, pick in zip(gains, self._picks, strict=True)]
        self._solver.maximize(self._solver.qsum(terms))
        return [one.id for one, value in zip(self._ordered, self._answer(), strict=False) if round(value)]

    def _answer(self) -> list[float]:
        if self._solver.getModelStatus() != self._solved:
            raise NoAnswerInTime
        return list(self._solver.getSolution().col_value)


def _reasons(
    ordered: Sequence[Candidate], rules: Sequence[BalanceRule], chosen: frozenset[UUID], *, places: int, seed: str
) -> dict[UUID, Reason]:
    by_points = _by_points(ordered, seed)
    top = {one.id for one in by_points[:places]}
    lowest = min((one.points for one in ordered if one.id in chosen), default=0.0)
    standing = {one.rule.key: one for one in held(ordered, chosen, rules)}
    reasons = {}
    for one in ordered:
        mine = [rule for rule in rules if rule.covers(one)]
        if one.id in chosen:
            floor = next((rule.key for rule in mine if standing[rule.key].chosen <= rule.floor), None)
            lifted = floor is not None and one.id not in top
            reasons[one.id] = (
                Reason(chosen=True, why="floor", rule=floor) if lifted else Reason(chosen=True, why="points")
            )
        elif one.points < lowest and one.id not in top:
            reasons[one.id] = Reason(False, "points_short")
        else:
            full = next((rule.key for rule in mine if standing[rule.key].chosen == rule.ceiling), None)
            why: Why = "no_place" if full is None else "ceiling"
            reasons[one.id] = Reason(False, why, full)
    return reasons
