"""Scenarios: move the cut line or a rule and see at once who enters, who leaves, and why."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from flask import Blueprint, render_template, request
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response

from services.registration.actions.scenarios import (
    add_rule,
    adopt_scenario,
    change_scenario,
    make_scenario,
    remove_rule,
    remove_scenario,
)
from services.registration.queries.editions import edition_at
from services.registration.queries.places import pool
from services.registration.queries.scenarios import (
    candidates,
    formula_of,
    scenario_of,
    scenarios_of,
    values_of_traits,
    weigh,
)
from services.registration.rules.selection.scoring import FORMULAS, Formula
from services.registration.views import wording
from services.registration.views.editions import present
from services.registration.views.scenarios import group_name, groups, present_selection
from shared.clock import now
from shared.web.door.identity import my_deed
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import fill, read_form
from shared.web.pages.refusing import refused_at
from shared.words.languages import current_locale
from shared.words.sentences import _, _l, _n

blueprint = Blueprint("desk_scenarios", __name__)
_SCENARIO = "/desk/e/<edition_slug>/selection/scenarios/<uuid:scenario_id>"
_HERE = "/desk/e/{edition_slug}/selection/scenarios/{scenario_id}"


class ScenarioWanted(BaseModel):
    """A new scenario."""

    name: Annotated[str, Field(min_length=1, max_length=100)]


class ScenarioChanged(ScenarioWanted):
    """What a scenario is called, how it ranks and how many enter."""

    places: Annotated[int, Field(ge=0, le=10_000)]
    formula: Formula


class RuleWanted(BaseModel):
    """A rule: the group as ``trait:value``, at least and at most."""

    group: Annotated[str, Field(max_length=50, pattern="^[a-z]+:[A-Za-z0-9-]+$")]
    floor: Annotated[int, Field(ge=0, le=10_000)] = 0
    ceiling: Annotated[int, Field(ge=0, le=10_000)] | None = None


class RuleKey(BaseModel):
    """A rule to take away."""

    key: Annotated[str, Field(max_length=60)]


class Adopted(BaseModel):
    """The selection that was shown, and what is proposed for the others."""

    seen: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    others: Literal["reserve", "leave"] = "leave"


@blueprint.get("/desk/e/<edition_slug>/selection/scenarios")
@staff("organiser", "approver")
def list_scenarios(edition_slug: str) -> str:
    """Show the scenarios side by side: how many points each brings, and how its groups stand."""
    with tools().database.reading() as session:
        edition = edition_at(session, edition_slug)
        shown, pools = [], {}
        for scenario in scenarios_of(session, edition_id=edition.id)[:6]:
            formula = formula_of(scenario)
            if formula not in pools:
                pools[formula] = candidates(session, edition_id=edition.id, formula=formula)
            found, named = pools[formula]
            shown.append((scenario, present_selection(weigh(scenario, found), found, named)))
    return render_template(
        "registration/desk/scenarios.html",
        edition=present(edition, language=current_locale(), now=now()),
        scenarios=shown,
        wording=wording,
        group_name=group_name,
    )


@blueprint.post("/desk/e/<edition_slug>/selection/scenarios")
@staff("organiser")
@refused_at("/desk/e/{edition_slug}/selection/scenarios")
def begin_scenario(edition_slug: str) -> Response:
    """Begin a scenario with as many places as can still be offered."""
    name = read_form(ScenarioWanted, request.form, messages={"name": _l("Give the scenario a name")}).name
    with tools().database.transaction() as session:
        edition = edition_at(session, edition_slug)
        made = make_scenario(
            session, edition_id=edition.id, name=name, places=max(0, pool(session, edition.id).left), deed=my_deed()
        )
    return see_other(f"/desk/e/{edition_slug}/selection/scenarios/{made}")


@blueprint.get(_SCENARIO)
@staff("organiser", "approver")
def show_scenario(edition_slug: str, scenario_id: UUID) -> str:
    """Show whom a scenario chooses, how its rules stand, and for each person the reason."""
    with tools().database.reading() as session:
        edition = edition_at(session, edition_slug)
        scenario = scenario_of(session, edition_id=edition.id, scenario_id=scenario_id)
        found, named = candidates(session, edition_id=edition.id, formula=formula_of(scenario))
        places = pool(session, edition.id)
    chosen = weigh(scenario, found)
    return render_template(
        "registration/desk/scenario.html",
        edition=present(edition, language=current_locale(), now=now()),
        scenario=scenario,
        selection=present_selection(chosen, found, named),
        digest=chosen.digest,
        places=places,
        groups=groups(values_of_traits(found)),
        group_name=group_name,
        formulas=[(key, wording.FORMULA[key]) for key in FORMULAS],
        form=fill({"name": scenario.name, "places": scenario.places, "formula": scenario.formula}),
    )


@blueprint.post(_SCENARIO)
@staff("organiser")
@refused_at(_HERE)
def write_scenario(edition_slug: str, scenario_id: UUID) -> Response:
    """Change name, places or formula."""
    wanted = read_form(ScenarioChanged, request.form)
    with tools().database.transaction() as session:
        edition = edition_at(session, edition_slug)
        change_scenario(
            session,
            edition_id=edition.id,
            scenario_id=scenario_id,
            name=wanted.name,
            places=wanted.places,
            formula=wanted.formula,
            deed=my_deed(),
        )
    return see_other(_HERE.format(edition_slug=edition_slug, scenario_id=scenario_id))


@blueprint.post(_SCENARIO + "/rules")
@staff("organiser")
@refused_at(_HERE)
def write_rule(edition_slug: str, scenario_id: UUID) -> Response:
    """Add a rule about a group, or put it in place of the one there is."""
    wanted = read_form(RuleWanted, request.form, messages={"group": _l("Choose a group")})
    trait, _colon, value = wanted.group.partition(":")
    with tools().database.transaction() as session:
        edition = edition_at(session, edition_slug)
        add_rule(
            session,
            edition_id=edition.id,
            scenario_id=scenario_id,
            trait=trait,
            value=value,
            floor=wanted.floor,
            ceiling=wanted.ceiling,
            deed=my_deed(),
        )
    return see_other(_HERE.format(edition_slug=edition_slug, scenario_id=scenario_id))


@blueprint.post(_SCENARIO + "/rules/remove")
@staff("organiser")
@refused_at(_HERE)
def drop_rule(edition_slug: str, scenario_id: UUID) -> Response:
    """Take a rule away."""
    key = read_form(RuleKey, request.form).key
    with tools().database.transaction() as session:
        edition = edition_at(session, edition_slug)
        remove_rule(session, edition_id=edition.id, scenario_id=scenario_id, key=key, deed=my_deed())
    return see_other(_HERE.format(edition_slug=edition_slug, scenario_id=scenario_id))


@blueprint.post(_SCENARIO + "/adopt")
@staff("organiser")
@refused_at(_HERE)
def adopt(edition_slug: str, scenario_id: UUID) -> Response:
    """Turn the selection that was shown into proposals; releasing them is a step of its own."""
    wanted = read_form(Adopted, request.form)
    with tools().database.transaction() as session:
        edition = edition_at(session, edition_slug)
        done = adopt_scenario(
            session,
            edition_id=edition.id,
            scenario_id=scenario_id,
            seen=wanted.seen,
            others=wanted.others,
            deed=my_deed(),
        )
    flash_message(
        _n(
            "%(num)s accept is proposed. Nobody is told before it is released.",
            "%(num)s accepts are proposed. Nobody is told before they are released.",
            len(done.taken),
        )
    )
    return see_other(f"/desk/e/{edition_slug}/decisions")


@blueprint.post(_SCENARIO + "/remove")
@staff("organiser")
@refused_at(_HERE)
def drop_scenario(edition_slug: str, scenario_id: UUID) -> Response:
    """Drop a scenario; what was adopted from it stays."""
    with tools().database.transaction() as session:
        edition = edition_at(session, edition_slug)
        remove_scenario(session, edition_id=edition.id, scenario_id=scenario_id, deed=my_deed())
    flash_message(_("The scenario is gone."))
    return see_other(f"/desk/e/{edition_slug}/selection/scenarios")
