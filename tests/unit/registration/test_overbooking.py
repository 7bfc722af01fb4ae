"""The risk of offering more than there is, as laws and by a number worked out by hand."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from services.registration.rules.overbooking import ASSUMED, chance_of_too_many, rates, risks

rate = st.floats(0.01, 0.99)


def test_three_offers_for_two_places_are_too_many_when_all_three_accept() -> None:
    assert chance_of_too_many(free=2, offers=3, rate=0.5) == pytest.approx(0.125)
    assert chance_of_too_many(free=1, offers=3, rate=0.5) == pytest.approx(0.5)
    assert chance_of_too_many(free=100, offers=120, rate=0.75) == pytest.approx(0.0095, abs=0.002)


@given(free=st.integers(0, 300), more=st.integers(0, 40), rate=rate)
def test_more_offers_never_lower_the_risk_and_more_places_never_raise_it(free: int, more: int, rate: float) -> None:
    chances = [chance_of_too_many(free=free, offers=free + extra, rate=rate) for extra in (0, more, more + 1)]
    assert chances[0] == 0
    assert all(0 <= one <= 1 for one in chances)
    assert all(before <= after + 1e-9 for before, after in pairwise(chances))
    assert chance_of_too_many(free=free + 1, offers=free + more, rate=rate) <= chances[1] + 1e-9


def test_the_rate_is_that_of_the_answers_once_there_are_some() -> None:
    assert rates(accepted=9, answered=12) == (0.75,)
    assert rates(accepted=1, answered=1) == ASSUMED
    assert risks(free=5, offers=5, accepted=0, answered=0) == []
    assert chance_of_too_many(free=10_000, offers=11_000, rate=0.9) < 1
