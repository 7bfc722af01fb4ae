"""The API's scenarios: weigh a selection under rules, read whom it chooses and why, adopt it as proposals."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from services.registration.actions.scenarios import (
    add_rule,
    adopt_scenario,
    change_scenario,
    make_scenario,
    remove_rule,
    remove_scenario,
)
from services.registration.errors import RuleUnusable, ScenarioUnknown, SelectionChanged
from services.registration.queries.scenarios import candidates, formula_of, scenario_of, scenarios_of, weigh
from services.registration.routes.api.editions import api
from services.registration.rules.selection.optimum import NoAnswerInTime
from services.registration.rules.selection.scoring import Formula
from shared.deeds import Deed
from shared.schema.registration import Edition, Scenario
from shared.web.door.identity import SignedIn

blueprint = api.blueprint
_ONE = "/editions/<edition_slug>/scenarios/<uuid:scenario_id>"


class RuleState(BaseModel):
    """At least ``floor`` and at most ``ceiling`` of those whose ``trait`` has this ``value``."""

    model_config = ConfigDict(extra="forbid")

    trait: Literal["region", "country", "language", "fellowship"]
    value: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,40}$")]
    floor: Annotated[int, Field(ge=0, le=10_000)] = 0
    ceiling: Annotated[int, Field(ge=0, le=10_000)] | None = None


class ScenarioWanted(BaseModel):
    """What a scenario is called, how many enter, and by which formula they are ranked."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]+$")]
    places: Annotated[int, Field(ge=0, le=10_000)]
    formula: Formula = "mean"


class ScenarioState(BaseModel):
    """A scenario with its rules."""

    id: UUID
    name: str
    places: int
    formula: str
    rules: list[RuleState]

    @staticmethod
    def of(scenario: Scenario) -> ScenarioState:
        """Return how the API tells ``scenario``."""
        rules = [RuleState(**{key: one[key] for key in RuleState.model_fields}) for one in scenario.rules]
        return ScenarioState(
            id=scenario.id, name=scenario.name, places=scenario.places, formula=scenario.formula, rules=rules
        )


class ScenarioList(BaseModel):
    """The scenarios of an edition, the oldest first."""

    items: list[ScenarioState]


class Weighed(BaseModel):
    """Why somebody is in or out. ``rule`` is the ``trait:value`` that calls for her or keeps her out, if one does."""

    application_id: UUID
    chosen: bool
    why: str
    rule: str | None


class RuleStanding(BaseModel):
    """How many of a group are chosen, of how many, and by how many a rule is missed that could not be kept."""

    rule: str
    chosen: int
    of: int
    missing: int


class SelectionState(ScenarioState):
    """Whom the scenario chooses now. ``seen`` goes into adopting it."""

    seen: str
    balance: list[RuleStanding]
    reasons: list[Weighed]


class RuleGone(BaseModel):
    """A rule to take away."""

    model_config = ConfigDict(extra="forbid")

    trait: str
    value: str


class AdoptionWanted(BaseModel):
    """The selection that was looked at, and whether the others are proposed as reserves."""

    model_config = ConfigDict(extra="forbid")

    seen: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    others: Literal["reserve", "leave"] = "leave"


class Adopted(BaseModel):
    """How many accepts are proposed; nobody is told before they are released."""

    accepts: int


class ScenarioGone(BaseModel):
    """Which scenario was dropped."""

    id: UUID


@api.get("/editions/<edition_slug>/scenarios", scope="selection:read")
def list_scenarios(session: Session, edition: Edition) -> ScenarioList:
    """List the scenarios with their rules."""
    return ScenarioList(items=[ScenarioState.of(one) for one in scenarios_of(session, edition_id=edition.id)])


@api.post("/editions/<edition_slug>/scenarios", scope="selection:write")
def begin_scenario(
    session: Session, edition: Edition, *, wanted: ScenarioWanted, by: SignedIn, now: datetime
) -> ScenarioState:
    """Begin a scenario without rules."""
    deed = Deed(by.person_id, now)
    made = make_scenario(session, edition_id=edition.id, name=wanted.name, places=wanted.places, deed=deed)
    change_scenario(session, edition_id=edition.id, scenario_id=made, deed=deed, **wanted.model_dump())
    return ScenarioState.of(scenario_of(session, edition_id=edition.id, scenario_id=made))


@api.get(_ONE, scope="selection:read", refuses=(ScenarioUnknown, NoAnswerInTime))
def read_scenario(session: Session, edition: Edition, scenario_id: UUID) -> SelectionState:
    """Weigh the scenario: whom it chooses, why, and how its rules stand."""
    scenario = scenario_of(session, edition_id=edition.id, scenario_id=scenario_id)
    found, _named = candidates(session, edition_id=edition.id, formula=formula_of(scenario))
    selection = weigh(scenario, found)
    return SelectionState(
        **ScenarioState.of(scenario).model_dump(),
        seen=selection.digest,
        balance=[
            RuleStanding(rule=one.rule.key, chosen=one.chosen, of=one.of, missing=one.missing)
            for one in selection.balance
        ],
        reasons=[
            Weighed(application_id=key, chosen=one.chosen, why=one.why, rule=one.rule)
            for key, one in sorted(selection.reasons.items())
        ],
    )


@api.post(_ONE, scope="selection:write", status=200, refuses=(ScenarioUnknown,))
def write_scenario(
    session: Session, edition: Edition, *, scenario_id: UUID, wanted: ScenarioWanted, by: SignedIn, now: datetime
) -> ScenarioState:
    """Change name, places or formula."""
    deed = Deed(by.person_id, now)
    change_scenario(session, edition_id=edition.id, scenario_id=scenario_id, deed=deed, **wanted.model_dump())
    return ScenarioState.of(scenario_of(session, edition_id=edition.id, scenario_id=scenario_id))


@api.post(_ONE + "/rules", scope="selection:write", status=200, refuses=(ScenarioUnknown, RuleUnusable))
def write_rule(
    session: Session, edition: Edition, *, scenario_id: UUID, wanted: RuleState, by: SignedIn, now: datetime
) -> ScenarioState:
    """Add a rule, or put it in place of the one about the same group."""
    deed = Deed(by.person_id, now)
    add_rule(session, edition_id=edition.id, scenario_id=scenario_id, deed=deed, **wanted.model_dump())
    return ScenarioState.of(scenario_of(session, edition_id=edition.id, scenario_id=scenario_id))


@api.post(_ONE + "/rules/remove", scope="selection:write", status=200, refuses=(ScenarioUnknown,))
def drop_rule(
    session: Session, edition: Edition, *, scenario_id: UUID, wanted: RuleGone, by: SignedIn, now: datetime
) -> ScenarioState:
    """Take a rule away; one that is gone already is no matter."""
    key, deed = f"{wanted.trait}:{wanted.value}", Deed(by.person_id, now)
    remove_rule(session, edition_id=edition.id, scenario_id=scenario_id, key=key, deed=deed)
    return ScenarioState.of(scenario_of(session, edition_id=edition.id, scenario_id=scenario_id))


@api.post(_ONE + "/adopt", scope="selection:write", refuses=(ScenarioUnknown, SelectionChanged, NoAnswerInTime))
def adopt(
    session: Session, edition: Edition, *, scenario_id: UUID, wanted: AdoptionWanted, by: SignedIn, now: datetime
) -> Adopted:
    """Turn the selection that was looked at into proposals; releasing them is a step of its own."""
    deed = Deed(by.person_id, now)
    done = adopt_scenario(session, edition_id=edition.id, scenario_id=scenario_id, deed=deed, **wanted.model_dump())
    return Adopted(accepts=len(done.taken))


@api.post(_ONE + "/remove", scope="selection:write", status=200, refuses=(ScenarioUnknown,))
def drop_scenario(session: Session, edition: Edition, scenario_id: UUID, by: SignedIn, now: datetime) -> ScenarioGone:
    """Drop a scenario; what was adopted from it stays."""
    remove_scenario(session, edition_id=edition.id, scenario_id=scenario_id, deed=Deed(by.person_id, now))
    return ScenarioGone(id=scenario_id)
