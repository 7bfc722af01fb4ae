"""``test``, ``check`` and ``bench``: the tools, called the same way by people and by CI."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.table import Table

from stack.places import CHECKOUT
from stack.screen import Screen

SLOW = "not (slow or chaos or browser or compose or sweep)"
TOOLS = {
    "ruff": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "mypy": ["mypy"],
    "layers": ["lint-imports"],
    "dependencies": ["deptry", "."],
    "migrations": ["python", "-m", "stack.developing.migrations_lint"],
}


def run_tests(arguments: tuple[str, ...]) -> int:
    """Run pytest in two processes, without the slow suites unless ``arguments`` choose their own marks."""
    command = [sys.executable, "-m", "pytest", *arguments]
    if not any(word == "-n" or word.startswith(("-n", "--numprocesses")) for word in arguments):
        command += ["-n", "2", "--dist", "loadgroup"]
    if "-m" not in arguments:
        command += ["-m", SLOW]
    return subprocess.call(command, cwd=CHECKOUT)  # noqa: S603 - our own tools


def run_checks(names: tuple[str, ...] = ()) -> int:
    """Run the tools named, or all, however the others end, and show them in one table. Return 0 if all are content."""
    screen, names = Screen(), names or tuple(TOOLS)
    with ThreadPoolExecutor(max_workers=2) as pool:
        results = dict(zip(names, pool.map(lambda name: _run_tool(name, screen), names), strict=True))
    table = Table(box=None, pad_edge=False)
    for column in ("Check", "Result", "Seconds"):
        table.add_column(column)
    for name, (code, seconds, text) in results.items():
        table.add_row(name, "[green]good[/]" if code == 0 else "[red]wrong[/]", f"{seconds:.1f}")
        if code:
            screen.console.rule(name)
            screen.console.print(text.strip(), markup=False)
    screen.console.print(table)
    return int(any(code for code, _seconds, _text in results.values()))


def _run_tool(name: str, screen: Screen) -> tuple[int, float, str]:
    began = time.monotonic()
    program, *arguments = TOOLS[name]
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    screen.say(f"  {name}: {' '.join(TOOLS[name])}")
    result = subprocess.run(  # noqa: S603 - the tools of our own environment
        [str(Path(sys.executable).parent / program), *arguments],
        cwd=CHECKOUT,
        env=os.environ | {"PATH": path, "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return result.returncode, time.monotonic() - began, result.stdout


def run_bench(arguments: tuple[str, ...]) -> int:
    """Hand over to the bench."""
    return subprocess.call([sys.executable, "-m", "bench", *arguments], cwd=CHECKOUT)  # noqa: S603 - our own package


def write_roles() -> int:
    """Write the page that says who may open what."""
    return subprocess.call([sys.executable, "-m", "docs.roles"], cwd=CHECKOUT)
