"""What is measured: series of figures, and ours beside its calibrations from the same run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any

Measurement = Callable[[], float]
"""Takes one figure; higher or lower is better as the comparison says."""


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
    calibration; such figures are better when lower.
    """

    workload: str
    what: str
    unit: str
    ours: Series = field(default_factory=Series)
    against: dict[str, Series] = field(default_factory=dict)
    bars: Mapping[str, float] = field(default_factory=dict)
    limit: float | None = None

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
            "verdicts": self.verdicts,
        }


def series_as_json(series: Series) -> dict[str, Any]:
    """Return median, spread and samples."""
    return {
        "median": round(series.median, 4),
        "spread": round(series.spread, 4),
        "samples": [round(one, 4) for one in series.samples],
    }


def compare(comparison: Comparison, *, runs: int, ours: Measurement, calibrations: Mapping[str, Measurement]) -> None:
    """Take ours and each calibration in turn, ``runs`` times: what disturbs the machine disturbs all of them alike."""
    for _ in range(runs):
        comparison.ours.samples.append(ours())
        for name, measure in calibrations.items():
            comparison.against.setdefault(name, Series()).samples.append(measure())
