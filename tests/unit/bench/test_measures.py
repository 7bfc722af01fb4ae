"""The bench says when a figure cannot be trusted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from bench.measures import CalibrationFailed, Comparison, Series, compare
from bench.report import print_ratios, read_medians, write_json


def in_turn(*figures: float) -> tuple[list[float], Iterator[float]]:
    """Return a list of what was asked for so far, and the figures that are given out."""
    asked: list[float] = []

    def give() -> Iterator[float]:
        for figure in figures:
            asked.append(figure)
            yield figure

    return asked, give()


def test_a_run_between_calibrations_that_differ_is_taken_again() -> None:
    found = Comparison("forms", "forms", "per s")
    _, ours = in_turn(10, 20)
    _, bare = in_turn(100, 200, 204)

    compare(found, runs=1, ours=lambda: next(ours), calibrations={"bare": lambda: next(bare)}, rest=lambda: None)

    assert found.ours.samples == [20]
    assert found.against["bare"].samples == [202]
    assert not found.disturbed


def test_a_figure_that_never_stands_between_like_calibrations_is_marked() -> None:
    found = Comparison("forms", "forms", "per s")
    _, ours = in_turn(10, 20, 30)
    _, bare = in_turn(100, 200, 100, 200)

    compare(found, runs=1, ours=lambda: next(ours), calibrations={"bare": lambda: next(bare)}, rest=lambda: None)

    assert found.ours.samples == [30]
    assert found.disturbed == 1
    assert found.as_json()["disturbed"] == 1


def test_everything_that_is_measured_begins_at_rest() -> None:
    told: list[str] = []

    def take(name: str) -> float:
        told.append(name)
        return 100.0

    compare(
        Comparison("forms", "forms", "per s"),
        runs=1,
        ours=lambda: take("ours"),
        calibrations={"bare": lambda: take("bare")},
        rest=lambda: told.append("rest"),
    )

    assert told == ["rest", "bare", "rest", "ours", "rest", "bare"]


def test_a_calibration_without_a_figure_is_no_calibration() -> None:
    with pytest.raises(CalibrationFailed, match="bare"):
        compare(
            Comparison("forms", "forms", "per s"),
            runs=1,
            ours=lambda: 1.0,
            calibrations={"bare": lambda: 0.0},
            rest=lambda: None,
        )


def test_a_report_is_held_against_an_earlier_one(tmp_path: Path) -> None:
    earlier = tmp_path / "earlier.json"
    write_json([Comparison("visit", "visits", "per s", Series([20.0]))], path=earlier, left_out=[])
    now = [Comparison("visit", "visits", "per s", Series([50.0])), Comparison("form", "forms", "per s", Series([7.0]))]
    console = Console(width=80, record=True, file=StringIO())

    print_ratios(now, read_medians(earlier), console=console)

    visits, forms = [line.split() for line in console.export_text().splitlines() if "per s" in line]
    assert visits == ["visits", "20.0", "50.0", "per", "s", "2.50"]
    assert forms == ["forms", "7.00", "per", "s"]
    assert json.loads(earlier.read_text())["comparisons"][0]["ours"]["median"] == 20
