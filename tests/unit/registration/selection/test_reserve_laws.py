"""The order of the reserve list as laws: within the pools, the first first, no place left that somebody may have."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given, strategies as st

from services.registration.rules.reserves import Waiting, turns
from services.registration.rules.selection.traits import contains

POOLS = [UUID(int=number) for number in range(3)]
lists = st.lists(st.frozensets(st.sampled_from(POOLS[1:])), max_size=12).map(
    lambda needs: [Waiting(UUID(int=100 + place), frozenset({POOLS[0]}) | need) for place, need in enumerate(needs)]
)
free = st.fixed_dictionaries({pool: st.integers(0, 6) for pool in POOLS})


@given(waiting=lists, left=free)
def test_no_pool_gives_more_than_it_has_and_no_place_stays_that_somebody_may_have(
    waiting: list[Waiting], left: dict[UUID, int]
) -> None:
    chosen = {one.application_id for one in turns(waiting, left)}
    taken = {pool: sum(pool in one.needs for one in waiting if one.application_id in chosen) for pool in POOLS}
    assert all(taken[pool] <= left[pool] for pool in POOLS)
    for one in waiting:
        if one.application_id not in chosen:
            assert any(taken[pool] == left[pool] for pool in one.needs)


@given(waiting=lists, left=free)
def test_nobody_goes_before_another_who_needs_no_more(waiting: list[Waiting], left: dict[UUID, int]) -> None:
    chosen = {one.application_id for one in turns(waiting, left)}
    for place, later in enumerate(waiting):
        for earlier in waiting[:place]:
            if later.application_id in chosen and earlier.needs <= later.needs:
                assert earlier.application_id in chosen


def test_whoever_is_passed_over_is_named_with_the_pool_that_was_full() -> None:
    room, rest = POOLS[1], POOLS[0]
    waiting = [Waiting(UUID(int=7), frozenset({rest, room})), Waiting(UUID(int=8), frozenset({rest}))]
    [turn] = turns(waiting, {rest: 1, room: 0})
    assert (turn.application_id, turn.place, list(turn.passed), turn.full) == (UUID(int=8), 2, [1], frozenset({room}))


def test_an_answer_contains_what_postgresql_says_it_contains() -> None:
    assert contains(["a", {"other": "x"}], ["a"])
    assert contains(["a", {"other": "x"}], [{}])
    assert contains({"other": "x"}, {})
    assert contains(True, True)
    assert not contains("a", ["a"])
    assert not contains(1, True)
    assert not contains(None, {})
