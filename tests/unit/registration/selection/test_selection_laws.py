"""Fairness as laws: what must hold for any applicants, reviewers and rules."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from hypothesis import assume, given, settings, strategies as st

from services.registration.rules.selection.assignment import Pair, Readable, Reader, spread
from services.registration.rules.selection.balance import BalanceRule, Candidate
from services.registration.rules.selection.optimum import best_selection
from services.registration.rules.selection.scoring import FORMULAS, Criterion, Total, standings, total_of

REGIONS, TONGUES = "ABC", "xy"
ids = st.uuids(version=4)
candidates = st.lists(
    st.builds(
        Candidate,
        id=ids,
        points=st.integers(0, 100_000).map(lambda n: n / 1000),
        traits=st.fixed_dictionaries({"region": st.sampled_from(REGIONS), "language": st.sampled_from(TONGUES)}),
    ),
    max_size=14,
    unique_by=lambda one: one.id,
)
bounds = st.tuples(st.integers(0, 4), st.one_of(st.none(), st.integers(0, 5))).filter(
    lambda pair: pair[1] is None or pair[0] <= pair[1]
)
rules = st.lists(
    st.tuples(st.sampled_from([("region", one) for one in REGIONS] + [("language", one) for one in TONGUES]), bounds),
    max_size=4,
    unique_by=lambda one: one[0],
).map(lambda made: [BalanceRule(v, t, frozenset(v), floor, ceiling) for (t, v), (floor, ceiling) in made])
places = st.integers(0, 8)


def from_the_top(everybody: list[Candidate], rules: list[BalanceRule], *, places: int) -> set[UUID]:
    """Take whoever has most points, passing over whom a ceiling keeps out: what a person with a list would do."""
    taken: list[Candidate] = []
    for one in sorted(everybody, key=lambda one: (-one.points, one.id)):
        full = [
            rule
            for rule in rules
            if rule.covers(one) and rule.ceiling is not None and sum(map(rule.covers, taken)) >= rule.ceiling
        ]
        if len(taken) < places and not full:
            taken.append(one)
    return {one.id for one in taken}


def shuffled(items: list[Any], seed: int) -> list[Any]:
    return random.Random(seed).sample(items, len(items))


@settings(max_examples=60, deadline=None)
@given(candidates, rules, places, st.integers())
def test_the_order_of_candidates_changes_nothing(
    everybody: list[Candidate], wanted: list[BalanceRule], free: int, seed: int
) -> None:
    first = best_selection(everybody, wanted, places=free, seed="2026")
    second = best_selection(shuffled(everybody, seed), wanted, places=free, seed="2026")
    assert (first.chosen, first.reasons) == (second.chosen, second.reasons)


@settings(max_examples=60, deadline=None)
@given(candidates, rules, places)
def test_places_and_ceilings_always_hold_and_floors_are_missed_by_the_least(
    everybody: list[Candidate], wanted: list[BalanceRule], free: int
) -> None:
    found = best_selection(everybody, wanted, places=free)
    assert len(found.chosen) <= free
    assert not [one for one in found.balance if one.over]
    for one in found.broken:  # nobody left out could mend a floor by herself
        for candidate in everybody:
            fills = one.rule.covers(candidate) and candidate.id not in found.chosen and len(found.chosen) < free
            full = [
                standing.rule
                for standing in found.balance
                if standing.rule.covers(candidate) and standing.chosen == standing.rule.ceiling
            ]
            assert not fills or full


@settings(max_examples=60, deadline=None)
@given(candidates, rules, places)
def test_the_optimum_is_never_below_the_list_taken_from_the_top(
    everybody: list[Candidate], wanted: list[BalanceRule], free: int
) -> None:
    ceilings = [BalanceRule(one.key, one.trait, one.values, 0, one.ceiling) for one in wanted]
    points = {one.id: one.points for one in everybody}
    best = best_selection(everybody, ceilings, places=free).chosen
    greedy = from_the_top(everybody, ceilings, places=free)
    assert sum(points[one] for one in best) >= sum(points[one] for one in greedy) - 1e-3


@settings(max_examples=60, deadline=None)
@given(candidates, rules, places, st.data())
def test_a_better_score_never_hurts(
    everybody: list[Candidate], wanted: list[BalanceRule], free: int, data: st.DataObject
) -> None:
    before = best_selection(everybody, wanted, places=free)
    assume(before.chosen)
    lucky = data.draw(st.sampled_from(sorted(before.chosen)))
    better = [Candidate(one.id, one.points + 5, one.traits) if one.id == lucky else one for one in everybody]
    assert lucky in best_selection(better, wanted, places=free).chosen


@settings(max_examples=60, deadline=None)
@given(candidates, rules, places)
def test_everybody_gets_a_reason_that_agrees_with_the_list(
    everybody: list[Candidate], wanted: list[BalanceRule], free: int
) -> None:
    found = best_selection(everybody, wanted, places=free)
    assert found.reasons.keys() == {one.id for one in everybody}
    for one, reason in found.reasons.items():
        assert reason.chosen == (one in found.chosen)
        assert (reason.rule is not None) == (reason.why in {"floor", "ceiling"})


readables = st.lists(
    st.builds(Readable, id=ids, language=st.sampled_from(["en", "fr", "ar"])), max_size=20, unique_by=lambda one: one.id
)
readers = st.lists(
    st.builds(Reader, id=ids, languages=st.frozensets(st.sampled_from(["en", "fr", "ar"]), max_size=2)),
    max_size=6,
    unique_by=lambda one: one.id,
)


@given(readables, readers, st.integers(1, 4), st.integers())
def test_applications_are_spread_alike_whatever_the_order(
    applications: list[Readable], people: list[Reader], each: int, seed: int
) -> None:
    first = spread(applications, people, each=each)
    assert first == spread(shuffled(applications, seed), shuffled(people, seed), each=each)
    got = Counter(one.application_id for one in first.pairs)
    assert len(set(first.pairs)) == len(first.pairs)
    for one in applications:
        able = sum(reader.reads(one.language) for reader in people)
        assert got[one.id] == min(each, able)
        assert first.short.get(one.id, 0) == each - got[one.id]


@given(st.lists(ids, min_size=1, max_size=30, unique=True), st.lists(ids, min_size=3, max_size=5, unique=True))
def test_loads_differ_by_at_most_one_where_everybody_reads_everything(
    applications: list[UUID], people: list[UUID]
) -> None:
    pairs = spread([Readable(one, "en") for one in applications], [Reader(one) for one in people], each=2).pairs
    loads = Counter(dict.fromkeys(people, 0))
    loads.update(one.reviewer_id for one in pairs)
    assert max(loads.values()) - min(loads.values()) <= 1


def test_who_gave_it_back_never_gets_it_again_and_what_is_read_counts() -> None:
    first, second, third = (UUID(int=n) for n in (1, 2, 3))
    wanted = Readable(UUID(int=9), "en", barred=frozenset({first}), read_by=frozenset({second}))
    people = [Reader(one) for one in (first, second, third)]
    assert spread([wanted], people, each=2).pairs == [Pair(wanted.id, third)]
    assert spread([wanted], people, each=3).short == {wanted.id: 1}


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4), st.floats(0, 100)), max_size=40), st.integers())
def test_the_order_of_reviews_changes_no_standing(reviews: list[tuple[int, int, float]], seed: int) -> None:
    totals = [Total(UUID(int=n), UUID(int=a), UUID(int=r), points) for n, (a, r, points) in enumerate(reviews)]
    for formula in FORMULAS:
        assert standings(totals, formula=formula) == standings(shuffled(totals, seed), formula=formula)


def test_a_strict_reviewer_and_a_mild_one_are_made_comparable() -> None:
    strict, mild = UUID(int=1), UUID(int=2)
    points = {strict: [20, 30, 40], mild: [70, 80, 90]}
    totals = [
        Total(UUID(int=10 * n + r.int), UUID(int=10 * n + r.int), r, float(given))
        for r, series in points.items()
        for n, given in enumerate(series)
    ]
    plain = {one.application_id.int: one.points for one in standings(totals, formula="mean")}
    fair = {one.application_id.int: one.points for one in standings(totals, formula="normalised")}
    assert plain[21] < plain[2]
    assert fair[21] == pytest.approx(fair[22])


@pytest.mark.parametrize(
    ("scores", "total"),
    [
        ({"need": 1, "plan": 1}, 0.0),
        ({"need": 5, "plan": 3}, 100.0),
        ({"need": 3, "plan": 3}, 75.0),
        ({"need": 5}, None),
        ({}, None),
    ],
)
def test_scores_are_weighed_on_a_scale_of_a_hundred(scores: dict[str, int], total: float | None) -> None:
    assert total_of(scores, [Criterion("need", 1, 5), Criterion("plan", 1, 3)]) == total


def test_a_review_far_from_the_others_is_pointed_out() -> None:
    totals = [Total(UUID(int=n), UUID(int=7), UUID(int=n), points) for n, points in enumerate([70.0, 72.0, 20.0])]
    (standing,) = standings(totals, formula="mean")
    assert (standing.spread, list(standing.far)) == (52.0, [UUID(int=2)])
