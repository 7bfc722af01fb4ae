"""Laws of the four small machines: whatever is tried, only what the tables allow happens."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from services.registration.rules.applications import APPLICATION, DECIDABLE, EDITABLE, LIVE
from services.registration.rules.decisions import DECISION
from services.registration.rules.offers import ENROLMENT, OFFER
from shared.facts.registration import OfferMade
from shared.machines import Machine, machine
from shared.schema.registration.offers import GONE

MACHINES = [APPLICATION, DECISION, OFFER, ENROLMENT]
every_machine = pytest.mark.parametrize("law", MACHINES, ids=lambda law: law.noun)


def reachable(law: Machine) -> set[str]:
    found, edge = set(law.begins), set(law.begins)
    while edge:
        edge = {after for before in edge for after in law.moves[before]} - found
        found |= edge
    return found


def leads_to_an_end(law: Machine) -> set[str]:
    found = set(law.ends)
    while True:
        more = {before for before, following in law.moves.items() if following & found} - found
        if not more:
            return found
        found |= more


@every_machine
def test_every_state_is_reached_from_a_beginning(law: Machine) -> None:
    assert reachable(law) == law.states


@every_machine
def test_no_state_is_a_trap_without_an_end(law: Machine) -> None:
    assert leads_to_an_end(law) == law.states


@every_machine
def test_an_end_is_never_left(law: Machine) -> None:
    assert law.ends
    for end in law.ends:
        assert not any(law.allows(end, state) for state in law.states)


@every_machine
@given(tries=st.data())
def test_whatever_is_tried_a_life_begins_at_a_beginning_and_moves_along_the_table(
    law: Machine, tries: st.DataObject
) -> None:
    state: str | None = None
    for wish in tries.draw(st.lists(st.sampled_from([*sorted(law.states), "nonsense"]), max_size=30)):
        if not law.allows(state, wish):
            continue
        assert wish in (law.begins if state is None else law.moves[state])
        state = wish
    assert state is None or state in reachable(law)


@every_machine
@given(before=st.text(), after=st.text())
def test_unknown_states_go_nowhere(law: Machine, before: str, after: str) -> None:
    if before not in law.states:
        assert not law.allows(before, after)
    if after not in law.states:
        assert not law.allows(None, after)


def test_a_table_with_a_state_nobody_declared_is_refused() -> None:
    with pytest.raises(ValueError, match="gone"):
        machine("owner.thing", begins="here", moves={"here": "gone"})


def test_a_fact_about_a_step_that_cannot_be_taken_is_refused() -> None:
    moves = {"here": "there", "there": ""}
    with pytest.raises(ValueError, match="OfferMade"):
        machine("owner.thing", begins="here", moves=moves, tells={("there", "here"): OfferMade})


def test_a_mark_cannot_tell_three_states_apart() -> None:
    with pytest.raises(ValueError, match="gone_at"):
        machine("owner.thing", begins="here", moves={"here": "there", "there": "gone", "gone": ""}, mark="gone_at")


@every_machine
def test_where_a_state_is_reached_from_is_where_the_table_leads_to_it(law: Machine) -> None:
    for after in law.states:
        assert law.leads_to(after) == {before for before in law.states if law.allows(before, after)}


def test_the_sets_the_rules_speak_of_are_states() -> None:
    assert APPLICATION.states >= LIVE | DECIDABLE | EDITABLE
    assert ENROLMENT.states >= set(GONE)


def test_a_withdrawn_application_is_not_decided_on_and_a_place_given_up_holds_none() -> None:
    assert not APPLICATION.moves["withdrawn"]
    assert "withdrawn" not in DECIDABLE | LIVE
    assert all(not ENROLMENT.moves[state] for state in GONE)
