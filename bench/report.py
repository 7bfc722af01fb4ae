"""The report: a table for people, JSON for machines."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.measures import Comparison


def print_table(comparisons: Sequence[Comparison], *, console: Console) -> None:
    """Print one line for each figure and one below it for each calibration."""
    table = Table(title="Bench", title_justify="left", box=None, pad_edge=False)
    table.add_column("Workload")
    for column in ("Median", "Spread", "Ratio", "Bar"):
        table.add_column(column, justify="right")
    table.add_column("")
    for one in comparisons:
        limit = "" if one.limit is None else f"≤ {one.limit:g}"
        met = _mark(one.verdicts.get("limit"))
        what = f"[bold]{one.what}[/]" + (" [yellow]disturbed[/]" if one.disturbed else "")
        table.add_row(what, f"{number(one.ours.median)} {one.unit}", spread(one), "", limit, met)
        for name, series in one.against.items():
            bar = f"≥ {one.bars[name]:g}" if name in one.bars else ""
            shown = f"{number(series.median)} {one.unit}"
            share = f"{100 * series.spread:.0f} %"
            mark = _mark(one.verdicts.get(name))
            table.add_row(f"  [dim]{name}[/]", shown, share, f"{one.ratio(name):.3f}", bar, mark)
    console.print(table)


def read_medians(path: Path) -> dict[tuple[str, str], float]:
    """Return the medians of an earlier report, by workload and what was measured."""
    report = json.loads(path.read_text(encoding="utf-8"))
    return {(one["workload"], one["what"]): float(one["ours"]["median"]) for one in report["comparisons"]}


def print_ratios(
    comparisons: Sequence[Comparison], before: Mapping[tuple[str, str], float], *, console: Console
) -> None:
    """Print each figure beside the earlier one, and this one divided by that."""
    table = Table(title="Beside the other report", title_justify="left", box=None, pad_edge=False)
    table.add_column("Figure")
    for column in ("Other", "This", "Ratio"):
        table.add_column(column, justify="right")
    for one in comparisons:
        other = before.get((one.workload, one.what))
        shown, ratio = ("", "") if other is None else (number(other), f"{one.ours.median / other:.2f}" if other else "")
        table.add_row(one.what, shown, f"{number(one.ours.median)} {one.unit}", ratio)
    console.print(table)


def write_json(comparisons: Sequence[Comparison], *, path: Path, left_out: Sequence[str]) -> None:
    """Write every sample, with what it was measured on."""
    report = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cpus": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()},
        "left_out": list(left_out),
        "comparisons": [one.as_json() for one in comparisons],
    }
    path.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def number(value: float) -> str:
    """Return a figure with about three significant digits."""
    if value >= 100:  # noqa: PLR2004
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"  # noqa: PLR2004


def spread(comparison: Comparison) -> str:
    """Return the spread of ours, in percent."""
    return f"{100 * comparison.ours.spread:.0f} %"


def _mark(met: bool | None) -> str:
    return "" if met is None else "[green]✓[/]" if met else "[red]✗[/]"
