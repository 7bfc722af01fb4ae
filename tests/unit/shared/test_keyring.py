from __future__ import annotations

import pytest
from hypothesis import given, strategies

from shared.keyring import KeyMissingError, KeyRing, SealBrokenError, new_key

OLD, NEW = "2025:" + "A" * 43, "2026:" + "B" * 42 + "A"
PLACE = "application 7, passport"


@given(text=strategies.text(), place=strategies.text())
def test_what_was_sealed_opens_at_its_place_and_nowhere_else(text: str, place: str) -> None:
    ring = KeyRing.read(OLD)
    sealed = ring.seal(text, place=place)
    assert ring.open(sealed, place=place) == text
    with pytest.raises(SealBrokenError):
        ring.open(sealed, place=place + "x")


def test_nothing_of_the_text_shows_and_the_same_text_never_looks_the_same() -> None:
    ring = KeyRing.read(OLD)
    first, second = (ring.seal("X1234567", place=PLACE) for _ in range(2))
    assert "X1234567" not in first
    assert first != second


def test_a_new_key_in_front_seals_and_the_old_one_still_opens() -> None:
    before = KeyRing.read(OLD).seal("X1234567", place=PLACE)
    ring = KeyRing.read(f"{NEW},{OLD}")
    assert ring.open(before, place=PLACE) == "X1234567"
    assert not ring.is_current(before)
    assert ring.is_current(ring.seal("X1234567", place=PLACE))


def test_a_lost_key_is_named() -> None:
    sealed = KeyRing.read(OLD).seal("X1234567", place=PLACE)
    with pytest.raises(KeyMissingError, match="2025"):
        KeyRing.read(NEW).open(sealed, place=PLACE)


def test_another_key_of_the_same_name_opens_nothing() -> None:
    sealed = KeyRing.read(OLD).seal("X1234567", place=PLACE)
    with pytest.raises(SealBrokenError):
        KeyRing.read(new_key("2025")).open(sealed, place=PLACE)


@pytest.mark.parametrize("sealed", ["2025.", "2025.AAAA", "2025.é", "2025.====", "2025"])
def test_what_is_no_sealed_value_is_refused(sealed: str) -> None:
    with pytest.raises(SealBrokenError):
        KeyRing.read(OLD).open(sealed, place=PLACE)


@pytest.mark.parametrize(
    "text",
    ["x", "2025:", "2025:AAAA", OLD + "," + OLD, ":" + OLD.partition(":")[2], "a b" + OLD[4:], "é:é"],
)
def test_a_ring_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not NAME:KEY"):
        KeyRing.read(text)


def test_an_empty_ring_seals_nothing() -> None:
    ring = KeyRing.read("")
    assert ring.current is None
    with pytest.raises(LookupError):
        ring.seal("x", place=PLACE)
