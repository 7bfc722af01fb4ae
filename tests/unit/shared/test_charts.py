"""Each kind of chart with nothing, one value, a hundred, from right to left, and with words that are no markup."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, strategies as st

from shared.web.pages.charts.bars import bar_chart
from shared.web.pages.charts.columns import column_chart
from shared.web.pages.charts.drawing import Chart, rounded_up
from shared.web.pages.charts.funnel import funnel
from shared.web.pages.charts.shares import Part, share_chart
from shared.web.pages.charts.stacked import stacked_bar
from shared.web.pages.charts.tiles import tile_map
from shared.web.pages.charts.world import PLACES
from shared.words.languages import use_locale
from shared.words.numbers import format_number

Kind = Callable[[Sequence[int]], Chart]
DAY = date(2026, 1, 1)


def named(counts: Sequence[int]) -> list[tuple[object, int]]:
    return [(f"<b>{place}", count) for place, count in enumerate(counts)]


KINDS: dict[str, Kind] = {
    "bars": lambda counts: bar_chart(named(counts), title="T", label="L", value="V"),
    "pairs": lambda counts: bar_chart(
        named(counts), title="T", label="L", value="V", behind=[count * 2 for count in counts], behind_label="B"
    ),
    "columns": lambda counts: column_chart(
        [(DAY + timedelta(place), count) for place, count in enumerate(counts)],
        title="T",
        value="V",
        before=[count + 1 for count in counts],
        before_label="B",
        mark=DAY,
        mark_label="M",
    ),
    "funnel": lambda counts: funnel(named(sorted(counts, reverse=True)), title="T", label="L", value="V"),
    "shares": lambda counts: share_chart(
        [Part(name, count, count + 3) for name, count in named(counts)], title="T", label="L", value="V"
    ),
    "stacked": lambda counts: stacked_bar(named(counts), title="T", label="L", value="V"),
    "tiles": lambda counts: tile_map(dict(zip(sorted(PLACES), counts, strict=False)), title="T", value="V"),
}
each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def boxes(chart: Chart) -> list[tuple[float, float]]:
    """Where each rectangle begins and ends, in per cent."""
    found = re.findall(r'<rect x="(-?[\d.]+)%" y="[\d.]+" width="(-?[\d.]+)%"', chart.svg)
    return [(float(x), float(x) + float(wide)) for x, wide in found]


@each_kind
def test_nothing_is_told_in_words_and_not_drawn(kind: Kind) -> None:
    chart = kind([])
    assert (chart.svg, list(chart.rows)) == ("", [])
    assert chart.summary in {"Nothing yet.", "Nobody yet."}


@each_kind
def test_one_value_stands_in_drawing_and_table(kind: Kind) -> None:
    chart = kind([7])
    assert len(chart.rows) == 1
    assert "7" in chart.rows[0]
    assert ET.fromstring(chart.svg).tag == "svg"
    assert len(chart.headings) == len(chart.rows[0])


@each_kind
def test_a_hundred_values_stay_a_picture_and_are_all_in_the_table(kind: Kind) -> None:
    counts = list(range(1, 101))
    chart = kind(counts)
    assert len(chart.rows) == len(counts)
    height = re.search(r'height="(\d+)" class', chart.svg)
    assert height is None or int(height[1]) <= 600  # a screen, not a scroll
    ET.fromstring(chart.svg)


@each_kind
@given(counts=st.lists(st.integers(0, 10**6), max_size=40))
def test_nothing_is_drawn_outside_of_the_picture(kind: Kind, counts: list[int]) -> None:
    for locale in ("en", "ar"):
        with use_locale(locale):
            assert all(-0.01 <= start <= end <= 100.01 for start, end in boxes(kind(counts)))


@pytest.mark.parametrize("kind", [KINDS[name] for name in ("bars", "columns", "funnel", "shares", "stacked")])
def test_a_page_from_right_to_left_has_the_picture_mirrored(kind: Kind) -> None:
    with use_locale("fr"):
        left = boxes(kind([5, 3, 1]))
    with use_locale("ar"):
        right = boxes(kind([5, 3, 1]))
    assert [(round(100 - end, 1), round(100 - start, 1)) for start, end in right] == [
        (round(start, 1), round(end, 1)) for start, end in left
    ]


@each_kind
def test_a_name_is_words_and_no_markup(kind: Kind) -> None:
    assert "<b>" not in kind([5, 3, 1]).svg


def test_a_share_of_one_in_ten_is_a_tenth_of_the_width() -> None:
    chart = share_chart([Part("Mali", 1, 10)], title="", label="", value="")
    assert boxes(chart)[1] == (0, 10)


def test_groups_without_anybody_are_told_in_words_instead_of_drawn_as_nothing() -> None:
    nobody = [Part(f"Country {place}", 0, 2) for place in range(17)]
    chart = share_chart([Part("Mali", 1, 10), *nobody], title="", label="", value="")
    assert chart.svg.count('class="bar"') == 1
    assert "Nobody yet: Country 0, Country 1, Country 2, Country 3, Country 4, and 12 more." in chart.summary
    assert len(chart.rows) == 18
    assert share_chart(nobody, title="", label="", value="").summary == "Nobody yet."


def test_the_parts_of_a_whole_fill_the_bar_and_no_more() -> None:
    parts = boxes(stacked_bar([("Taken", 20), ("Offered", 0), ("Free", 60)], title="", label="", value=""))
    assert parts == [(0, 25), (25, 100)]


def test_what_does_not_fit_on_the_picture_is_counted_together() -> None:
    assert "and 88 others, together 88" in KINDS["bars"]([1] * 100).svg
    assert "95 others" in KINDS["stacked"]([1] * 100).svg


def test_the_marked_day_is_drawn_only_when_it_is_among_the_days() -> None:
    days = [(DAY, 3), (DAY + timedelta(1), 4)]
    assert 'class="mark"' in column_chart(days, title="", value="", mark=DAY).svg
    assert 'class="mark"' not in column_chart(days, title="", value="", mark=DAY + timedelta(9)).svg


def test_a_year_of_days_is_drawn_in_columns_that_can_be_seen() -> None:
    chart = column_chart([(DAY + timedelta(place), 1) for place in range(365)], title="", value="")
    assert 60 <= chart.svg.count('class="bar"') <= 120
    assert len(chart.rows) == 365


def test_a_funnel_says_where_most_are_lost() -> None:
    chart = funnel([("Sent", 100), ("Read", 40), ("Taken", 30)], title="", label="", value="")
    assert chart.summary == "The largest step down is from “Sent” to “Read”: 60."
    assert chart.rows[1] == ("Read", "40", "40%")


@given(st.integers(1, 10**7))
def test_an_axis_holds_the_largest_and_is_at_most_half_empty_beyond_it(largest: int) -> None:
    end = rounded_up(largest)
    assert largest <= end <= max(1, largest * 2.5)
    assert set(format_number(end).replace(",", "").rstrip("0")) <= {"1", "2", "4", "5"}
