"""Times typed on a wall clock: read one way or asked about, and shown again without a loss."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from shared.words.wall_clock import Ambiguous, Unreadable, is_shown, read_day, read_moment, read_partial_day, shown

ZONES = [
    "Europe/Rome", "America/New_York", "America/Toronto", "Australia/Lord_Howe", "Africa/Cairo", "Pacific/Apia",
    "Asia/Kathmandu", "Africa/Casablanca", "America/St_Johns", "Pacific/Chatham", "UTC",
]  # fmt: skip


@given(st.timedeltas(timedelta(), timedelta(days=50 * 365)), st.sampled_from(ZONES))
def test_what_is_shown_is_read_as_the_same_moment(since: timedelta, name: str) -> None:
    moment, zone = datetime(1990, 1, 1, tzinfo=UTC) + since, ZoneInfo(name)
    text = shown(moment, zone)
    readings = {read_moment(text, zone, later=later) for later in (False, True)}
    assert moment.replace(microsecond=moment.microsecond // 1000 * 1000) in readings
    assert is_shown(text, moment, zone)
    assert is_shown(text.rstrip("0") if "." in text else text, moment, zone), "as browsers write it"
    assert len(text.partition(".")[2]) <= 3, "browsers empty an input with more"
    if len(readings) > 1:
        with pytest.raises(Ambiguous) as asked:
            read_moment(text, zone)
        assert set(asked.value.choices) == readings


@pytest.mark.parametrize(
    ("zone", "gap"),
    [("America/New_York", "2027-03-14T02:30"), ("Australia/Lord_Howe", "2027-10-03T02:15"),
     ("Europe/Rome", "2027-03-28T02:00"), ("Africa/Cairo", "2027-04-30T00:30"), ("Pacific/Apia", "2011-12-30T12:00"),
     ("Pacific/Chatham", "2027-09-26T03:00")],
)  # fmt: skip
def test_a_time_that_clocks_skip_is_refused(zone: str, gap: str) -> None:
    with pytest.raises(Unreadable, match="does not exist"):
        read_moment(gap, ZoneInfo(zone))


def test_a_time_that_comes_twice_is_asked_about() -> None:
    rome = ZoneInfo("Europe/Rome")
    with pytest.raises(Ambiguous) as asked:
        read_moment("2027-10-31T02:30", rome)
    assert asked.value.choices == (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), datetime(2027, 10, 31, 1, 30, tzinfo=UTC))
    assert read_moment("2027-10-31T02:30", rome, later=True) == asked.value.choices[1]
    assert read_moment("2027-10-31T02:30", rome, later=False) == asked.value.choices[0]


def test_half_an_hour_that_comes_twice_is_asked_about_too() -> None:
    with pytest.raises(Ambiguous) as asked:
        read_moment("2027-04-04T01:45", ZoneInfo("Australia/Lord_Howe"))
    assert asked.value.choices[1] - asked.value.choices[0] == timedelta(minutes=30)


@pytest.mark.parametrize("zone", ZONES)
def test_a_day_alone_begins_with_its_first_moment_and_ends_with_its_last_second(zone: str) -> None:
    place = ZoneInfo(zone)
    begins, ends = read_moment("2027-03-31", place), read_moment("2027-03-31", place, ends_day=True)
    assert shown(begins, place) == "2027-03-31T00:00"
    assert shown(ends, place) == "2027-03-31T23:59:59"


def test_a_day_whose_midnight_is_skipped_begins_when_its_clocks_do() -> None:
    cairo = ZoneInfo("Africa/Cairo")
    assert shown(read_moment("2027-04-30", cairo), cairo) == "2027-04-30T01:00"


def test_a_day_whose_last_hour_comes_twice_ends_with_the_second_one() -> None:
    cairo = ZoneInfo("Africa/Cairo")  # clocks are put back at midnight, so 23:59:59 comes twice
    assert read_moment("2026-10-29", cairo, ends_day=True) == datetime(2026, 10, 29, 21, 59, 59, tzinfo=UTC)


def test_a_distance_from_utc_that_was_typed_counts() -> None:
    assert read_moment("2027-03-31T23:59Z", ZoneInfo("Asia/Kathmandu")) == datetime(2027, 3, 31, 23, 59, tzinfo=UTC)
    assert read_moment("2027-03-31T23:59+02:00", ZoneInfo("UTC")) == datetime(2027, 3, 31, 21, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    "typed",
    ["", "soon", "1700000000", "20270331", "2027-W13-3", "2027-02-30", "2027-02-30T10:00", "2027-03-31T24:30",
     "2027-03-31T10:60", "9999-12-31T23:59", "0001-01-01T00:00", "2027-03-31T23:59+99:00", "2027-3-1"],
)  # fmt: skip
def test_what_is_no_moment_is_refused(typed: str) -> None:
    with pytest.raises(Unreadable):
        read_moment(typed, ZoneInfo("Europe/Rome"))


def test_digits_of_any_script_are_read() -> None:
    assert read_moment("٢٠٢٧-٠٣-٣١T٢٣:٥٩", ZoneInfo("UTC")) == datetime(2027, 3, 31, 23, 59, tzinfo=UTC)
    assert read_day("۲۰۲۷-۰۳-۳۱").isoformat() == "2027-03-31"
    assert read_partial_day("٢٠١١-١٠") == "2011-10"


@pytest.mark.parametrize("typed", ["2011-13-45", "2011-00", "2011-02-29", "11", "2011-1", "0000", "2011-10-", "MMXI"])
def test_a_date_that_no_calendar_has_is_refused(typed: str) -> None:
    with pytest.raises(Unreadable):
        read_partial_day(typed)
