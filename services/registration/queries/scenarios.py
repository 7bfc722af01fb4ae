"""Scenarios, and the candidates they choose from."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from services.registration.errors import ScenarioUnknown
from services.registration.queries.reviews import totals
from services.registration.rules.selection.balance import BalanceRule, Candidate
from services.registration.rules.selection.optimum import Selection, best_selection
from services.registration.rules.selection.regions import REGIONS
from services.registration.rules.selection.scoring import FORMULAS, Formula, standings
from services.registration.rules.selection.traits import TRAITS, traits_of
from shared.schema.registration import Application, Offer, Scenario


@dataclass(frozen=True)
class Named:
    """A candidate as pages name her."""

    id: UUID
    name: str
    country: str
    points: float | None


def scenarios_of(session: Session, *, edition_id: UUID) -> list[Scenario]:
    """Return the edition's scenarios, the oldest first."""
    found = session.scalars(select(Scenario).where(Scenario.edition_id == edition_id).order_by(Scenario.id))
    return list(found)


def scenario_of(session: Session, *, edition_id: UUID, scenario_id: UUID, lock: bool = False) -> Scenario:
    """Return one scenario, or refuse with :class:`ScenarioUnknown`."""
    wanted = select(Scenario).where(Scenario.id == scenario_id, Scenario.edition_id == edition_id)
    found = session.scalar(wanted.with_for_update() if lock else wanted)
    if found is None:
        raise ScenarioUnknown
    return found


def rules_of(scenario: Scenario) -> list[BalanceRule]:
    """Return the scenario's rules as the optimum takes them."""
    return [
        BalanceRule(one["key"], one["trait"], frozenset({one["value"]}), one["floor"], one["ceiling"])
        for one in scenario.rules
    ]


def formula_of(scenario: Scenario) -> Formula:
    """Return the scenario's formula."""
    return next((one for one in FORMULAS if one == scenario.formula), "mean")


def weigh(scenario: Scenario, found: Collection[Candidate]) -> Selection:
    """Return whom the scenario chooses among ``found``, see :func:`candidates`. Raises :class:`NoAnswerInTime`."""
    return best_selection(found, rules_of(scenario), places=scenario.places, seed=str(scenario.id))


def candidates(session: Session, *, edition_id: UUID, formula: Formula) -> tuple[list[Candidate], dict[UUID, Named]]:
    """Return whoever could be chosen now, with points and traits, and how each is named.

    Whoever has an offer or a place is not asked about any more; without a review somebody has no points.
    """
    points = {
        one.application_id: one.points for one in standings(totals(session, edition_id=edition_id), formula=formula)
    }
    live = exists().where(Offer.application_id == Application.id, Offer.state.in_(("offered", "accepted")))
    rows = session.execute(
        select(
            Application.id,
            Application.name,
            Application.country,
            Application.language,
            Application.answers["needs_fellowship"].as_boolean(),
        ).where(Application.edition_id == edition_id, Application.state.in_(("submitted", "under_review")), ~live)
    )
    chosen, named = [], {}
    for application_id, name, country, language, fellowship in map(tuple, rows):
        traits = traits_of(country=country, language=language, needs_fellowship=bool(fellowship))
        chosen.append(Candidate(application_id, points.get(application_id, 0.0), traits))
        named[application_id] = Named(application_id, name, country, points.get(application_id))
    return chosen, named


def values_of_traits(found: list[Candidate]) -> dict[str, list[str]]:
    """Return which values of each trait occur among the candidates; regions in M49's order."""
    values = {trait: sorted({one.traits[trait] for one in found} - {""}) for trait in TRAITS}
    values["region"] = [code for code in REGIONS if code in values["region"]]
    return values
