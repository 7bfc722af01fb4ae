"""Load from wrk, which costs the machine under test the least."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

SCRIPTS = Path(__file__).parent / "scripts"
CONNECTIONS = 8


class ToolMissing(Exception):  # noqa: N818 - a sentence for a person
    """A program of the bench is not installed; the message names it and its package."""


class LoadFailed(Exception):  # noqa: N818 - a sentence for a person
    """The answers were not what the workload expects, so that its figure would mean nothing."""


def load_seconds() -> int:
    """Return how long each load lasts: BENCH_SECONDS, or five."""
    return int(os.environ.get("BENCH_SECONDS", "5"))


def tool(name: str, *, package: str) -> str:
    """Return the path of a program; ToolMissing says which package has it."""
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin:/usr/local/sbin")
    if path is None:
        raise ToolMissing(f"{name} is missing: install the package {package}")
    return path


def wrk(
    url: str,
    *,
    script: str,
    environment: Mapping[str, str] | None = None,
    seconds: int | None = None,
    connections: int = CONNECTIONS,
) -> dict[str, float]:
    """Load ``url`` with one thread for ``seconds``, by default :func:`load_seconds`.

    Returns ``per_second``, ``bytes_per_second`` and ``p95_ms``.
    Every script counts the answers that are not what it expects; any of those refuses the figure.
    """
    program = tool("wrk", package="wrk")
    seconds = seconds or load_seconds()
    command = [program, "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s"]
    result = subprocess.run(
        [*command, "-s", str(SCRIPTS / script), url],
        env=dict(environment or {}),
        cwd=SCRIPTS,
        capture_output=True,
        text=True,
        timeout=seconds + 60,
        check=True,
    )
    found = {
        name: float(value) for name, value in re.findall(r"^figure (\w+) ([0-9.e+-]+)$", result.stdout, re.MULTILINE)
    }
    if not found.get("requests") or found["wrong"] or found["errors"]:
        raise LoadFailed(f"{url}: {found} {result.stdout[-500:]} {result.stderr[-500:]}")
    took = found["microseconds"] / 1e6
    return {
        "per_second": found["requests"] / took,
        "bytes_per_second": found["bytes"] / took,
        "p95_ms": found["p95"] / 1000,
    }
