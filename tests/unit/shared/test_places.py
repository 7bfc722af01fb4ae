"""Where somebody stands who has chosen nothing: where the work is, never in a draft by accident."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hypothesis import given, strategies as st

from shared.web.door.places import DeskPlace, place_among

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def place(number: int, *, starts_in: int = 90, closes_in: int = 30, is_public: bool = True) -> DeskPlace:
    starts_on = date(2026, 3, 1) + timedelta(days=starts_in)
    return DeskPlace(
        id=UUID(int=number),
        slug=f"edition-{number}",
        names={"en": f"Edition {number}"},
        is_public=is_public,
        opens_at=NOW - timedelta(days=60),
        closes_at=NOW + timedelta(days=closes_in),
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=4),
        time_zone="UTC",
    )


def standing(*places: DeskPlace, chosen: UUID | None = None) -> int | None:
    found = place_among(places, chosen=chosen, now=NOW)
    return found.id.int if found else None


def test_the_public_edition_that_takes_applications_comes_first() -> None:
    closed, open_, draft = place(1, closes_in=-1, starts_in=5), place(2), place(3, starts_in=500, is_public=False)
    assert standing(draft, closed, open_) == 2
    assert standing(draft, closed) == 1
    assert standing(draft, place(4, starts_in=-40, closes_in=-60)) == 4
    assert standing(draft) == 3
    assert standing() is None


def test_what_was_chosen_counts_while_it_is_one_of_them() -> None:
    assert standing(place(1), place(2, is_public=False), chosen=UUID(int=2)) == 2
    assert standing(place(1), chosen=UUID(int=2)) == 1


@given(st.lists(st.tuples(st.integers(-400, 400), st.integers(-100, 100), st.booleans()), min_size=1, max_size=6))
def test_a_draft_never_takes_the_place_of_a_public_edition(drawn: list[tuple[int, int, bool]]) -> None:
    places = [
        place(number, starts_in=starts_in, closes_in=closes_in, is_public=is_public)
        for number, (starts_in, closes_in, is_public) in enumerate(drawn)
    ]
    found = place_among(places, chosen=None, now=NOW)
    assert found is not None
    assert found.is_public or not any(one.is_public for one in places)
