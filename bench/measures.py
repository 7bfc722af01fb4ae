"""What is measured: series of figures, and ours beside its calibrations from the same run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Final

Measurement = Callable[[], float]
"""Takes one figure; higher or lower is better as the comparison says."""


STEADY: Final = 0.15
"""The share by which a calibration may differ between before and after."""
REPEATS: Final = 2
"""So many runs more are taken for each that was asked for."""


class CalibrationFailed(Exception):  # noqa: N818 - a sentence for a person
    """A calibration gave no figure that anything could be held against."""


@dataclass
class Series:
    """The figures of several runs of one thing."""

    samples: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """The middle figure."""
        return median(self.samples)

    @property
    def spread(self) -> float:
        """Highest minus lowest, as a share of the median."""
        return (max(self.samples) - min(self.samples)) / self.median if self.median else 0.0


@dataclass
class Comparison:
    """One workload: ours, the calibrations it is held against, and the bars.

    ``bars`` maps a calibration to the least ratio of ours to it. ``limit`` is an absolute bar for figures that have no
    calibration; such figures are better when lower. ``disturbed`` counts the runs whose calibrations differed.
    """

    workload: str
    what: str
    unit: str
    ours: Series = field(default_factory=Series)
    against: dict[str, Series] = field(default_factory=dict)
    bars: Mapping[str, float] = field(default_factory=dict)
    limit: float | None = None
    disturbed: int = 0

    def ratio(self, calibration: str) -> float:
        """Return ours divided by a calibration, median by median."""
        return self.ours.median / self.against[calibration].median

    @property
    def verdicts(self) -> dict[str, bool]:
        """Whether each bar is met, by calibration; the absolute one is called ``limit``."""
        found = {name: self.ratio(name) >= bar for name, bar in self.bars.items()}
        if self.limit is not None:
            found["limit"] = self.ours.median <= self.limit
        return found

    def as_json(self) -> dict[str, Any]:
        """Return everything, for the JSON report."""
        return {
            "workload": self.workload,
            "what": self.what,
            "unit": self.unit,
            "ours": series_as_json(self.ours),
            "calibrations": {
                name: {**series_as_json(series), "ratio": round(self.ratio(name), 4), "bar": self.bars.get(name)}
                for name, series in self.against.items()
            },
            "limit": self.limit,
            "disturbed": self.disturbed,
            "verdicts": self.verdicts,
        }


def series_as_json(series: Series) -> dict[str, Any]:
    """Return median, spread and samples."""
    return {
        "median": round(series.median, 4),
        "spread": round(series.spread, 4),
        "samples": [round(one, 4) for one in series.samples],
    }


def compare(
    comparison: Comparison,
    *,
    runs: int,
    ours: Measurement,
    calibrations: Mapping[str, Measurement],
    rest: Callable[[], None],
) -> None:
    """Take ours ``runs`` times, each calibration before and after it; ``rest`` returns once nothing is under way.

    What stands beside ours is the mean of before and after. Where these differ by more than :data:`STEADY` the machine
    was not the same for both, so that ours and they are taken again; a run for which the :data:`REPEATS` are used up is
    kept, and the comparison says that it was disturbed.
    """
    before = _taken(calibrations, rest)
    repeats = REPEATS * runs
    while len(comparison.ours.samples) < runs:
        rest()
        found = ours()
        after = _taken(calibrations, rest)
        steady = all(_differ(before[name], after[name]) <= STEADY for name in calibrations)
        if steady or repeats <= 0:
            comparison.ours.samples.append(found)
            comparison.disturbed += not steady
            for name in calibrations:
                series = comparison.against.setdefault(name, Series())
                series.samples.append((before[name] + after[name]) / 2)
        else:
            repeats -= 1
        before = after


def _taken(calibrations: Mapping[str, Measurement], rest: Callable[[], None]) -> dict[str, float]:
    found = {}
    for name, measure in calibrations.items():
        rest()
        found[name] = measure()
        if found[name] <= 0:
            raise CalibrationFailed(f"{name}: {found[name]}")
    return found


def _differ(one: float, other: float) -> float:
    return abs(one - other) / min(one, other)
