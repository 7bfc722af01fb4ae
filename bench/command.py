"""The command line of the bench: chooses workloads, starts what they need, measures, reports."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import click
from rich.console import Console

from bench.comparisons import WORKLOADS
from bench.load import ToolMissing
from bench.measures import Comparison
from bench.parts import Bench
from bench.report import print_ratios, print_table, read_medians, write_json

COMPARE = "Print each figure divided by that of an earlier --json."
SHORT = ("pages", "form", "applications", "visit", "downloads")
"""What a short bench takes: the paths on which people wait."""
CONTEXT = {"help_option_names": ["-h", "--help"]}


@click.command(context_settings=CONTEXT)
@click.argument("workloads", nargs=-1, type=click.Choice([*WORKLOADS]))
@click.option("--runs", default=3, show_default=True, type=click.IntRange(1, 50), help="How often each is measured.")
@click.option("--json", "json_path", type=click.Path(dir_okay=False, path_type=Path), help="Write every sample here.")
@click.option("--compare", "other", type=click.Path(exists=True, dir_okay=False, path_type=Path), help=COMPARE)
@click.option("--short", is_flag=True, help="One run of a second each; exit 1 unless every figure could be taken.")
@click.option("--strict", is_flag=True, help="Exit 1 when a bar is missed or a workload was left out.")
def bench(
    workloads: tuple[str, ...], runs: int, json_path: Path | None, other: Path | None, *, short: bool, strict: bool
) -> None:
    """Measure WORKLOADS (all of them by default), each beside its calibration in the same run.

    A stack with production settings is started for it on free ports, in a temporary directory, and stopped at the end.
    Needs wrk, and smtp-sink and smtp-source from Postfix; what is missing is said and its workloads are left out.
    """
    if short:
        os.environ["BENCH_SECONDS"], runs = "1", 1
    console = Console()
    comparisons: list[Comparison] = []
    with ExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="academy-bench-")))
        folder.chmod(0o755)  # under root the embedded PostgreSQL runs as somebody else
        stand = Bench(folder, ending, runs)
        for name in workloads or (SHORT if short else WORKLOADS):
            console.print(f"[bold]{name}[/] …")
            _measure(WORKLOADS[name], stand, comparisons, console=console)
    left_out = stand.left_out
    print_table(comparisons, console=console)
    if other is not None:
        print_ratios(comparisons, read_medians(other), console=console)
    if json_path is not None:
        write_json(comparisons, path=json_path, left_out=left_out)
    missed = [one.workload for one in comparisons if not all(one.verdicts.values())]
    for sentence in left_out:
        console.print(f"[yellow]left out[/] {sentence}")
    sys.exit(int(bool((strict and missed) or ((strict or short) and left_out))))


def _measure(
    workload: Callable[[Bench], list[Comparison]],
    stand: Bench,
    comparisons: list[Comparison],
    *,
    console: Console,
) -> None:
    """Take the figures of one workload; a missing tool or a wrong answer costs only that workload."""
    try:
        found = workload(stand)
    except ToolMissing as reason:
        stand.left_out.append(f"{workload.__name__}: {reason}")
        return
    except Exception as reason:  # noqa: BLE001 - hours of other figures must not be lost with it
        stand.left_out.append(f"{workload.__name__}: {type(reason).__name__}: {reason}")
        console.print_exception()
        return
    comparisons.extend(found)
