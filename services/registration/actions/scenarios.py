"""Scenarios: selections that are weighed beside each other until one is adopted as proposals."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.registration.actions.decisions import Proposed, propose_decisions
from services.registration.errors import RuleUnusable, SelectionChanged
from services.registration.queries.scenarios import candidates, formula_of, scenario_of, weigh
from services.registration.rules.selection.scoring import Formula
from services.registration.rules.selection.traits import TRAITS
from shared.history import Deed, note
from shared.schema.base import new_id
from shared.schema.registration import Scenario


def make_scenario(session: Session, *, edition_id: UUID, name: str, places: int, deed: Deed) -> UUID:
    """Begin a scenario without rules, by the plain mean; return its id."""
    made = Scenario(
        id=new_id(), edition_id=edition_id, name=name, formula="mean", places=places, rules=[],
        made_by=deed.by, made_at=deed.at, changed_at=deed.at,
    )  # fmt: skip
    session.add(made)
    session.flush()
    note(session, "scenario", made.id, deed, what="made", edition_id=edition_id)
    return made.id


def change_scenario(
    session: Session, *, edition_id: UUID, scenario_id: UUID, name: str, places: int, formula: Formula, deed: Deed
) -> None:
    """Change a scenario's name, places and formula."""
    scenario = scenario_of(session, edition_id=edition_id, scenario_id=scenario_id, lock=True)
    scenario.name, scenario.places, scenario.formula, scenario.changed_at = name, places, formula, deed.at


def add_rule(
    session: Session,
    *,
    edition_id: UUID,
    scenario_id: UUID,
    trait: str,
    value: str,
    floor: int,
    ceiling: int | None,
    deed: Deed,
) -> None:
    """Add a rule, or put it in place of the one about the same group."""
    if trait not in TRAITS or not value or (ceiling is not None and ceiling < floor) or (not floor and ceiling is None):
        raise RuleUnusable
    scenario = scenario_of(session, edition_id=edition_id, scenario_id=scenario_id, lock=True)
    others = [one for one in scenario.rules if (one["trait"], one["value"]) != (trait, value)]
    rule = {"key": f"{trait}:{value}", "trait": trait, "value": value, "floor": floor, "ceiling": ceiling}
    scenario.rules, scenario.changed_at = [*others, rule], deed.at


def remove_rule(session: Session, *, edition_id: UUID, scenario_id: UUID, key: str, deed: Deed) -> None:
    """Take a rule away; one that is gone already is no matter."""
    scenario = scenario_of(session, edition_id=edition_id, scenario_id=scenario_id, lock=True)
    scenario.rules, scenario.changed_at = [one for one in scenario.rules if one["key"] != key], deed.at


def remove_scenario(session: Session, *, edition_id: UUID, scenario_id: UUID, deed: Deed) -> None:
    """Drop a scenario; what was adopted from it stays."""
    scenario = scenario_of(session, edition_id=edition_id, scenario_id=scenario_id, lock=True)
    note(session, "scenario", scenario.id, deed, what="removed", edition_id=edition_id)
    session.execute(delete(Scenario).where(Scenario.id == scenario_id))


def adopt_scenario(
    session: Session, *, edition_id: UUID, scenario_id: UUID, seen: str, others: Literal["reserve", "leave"], deed: Deed
) -> Proposed:
    """Propose *accept* for whom the scenario chooses, and *reserve* for the others if so wished. Nobody is told.

    ``seen`` is the digest of the selection that was shown: one that has become another is refused.
    """
    scenario = scenario_of(session, edition_id=edition_id, scenario_id=scenario_id, lock=True)
    found, _named = candidates(session, edition_id=edition_id, formula=formula_of(scenario))
    selection = weigh(scenario, found)
    if selection.digest != seen:
        raise SelectionChanged
    done = propose_decisions(
        session, edition_id=edition_id, application_ids=sorted(selection.chosen), outcome="accept",
        note=scenario.name, deed=deed,
    )  # fmt: skip
    if others == "reserve":
        propose_decisions(
            session, edition_id=edition_id, application_ids=sorted(selection.reasons.keys() - selection.chosen),
            outcome="reserve", note=scenario.name, deed=deed,
        )  # fmt: skip
    note(session, "scenario", scenario.id, deed, what="adopted", edition_id=edition_id)
    return done
