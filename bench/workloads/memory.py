"""What everything weighs that ``./academy demo`` runs: a while after its first start, and after people were there.

PSS: a page that several processes share counts once, divided among them (``stack/operating/memory.py``).
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import httpx
import psutil

from bench.load import LoadFailed, wrk
from bench.measures import Comparison, Series
from bench.workloads.applications import ANSWERS, write_forms
from stack.operating.memory import memory_of
from stack.places import CHECKOUT, Places
from stack.readiness import status_of
from stack.upkeep.leftovers import leftovers_of
from stack.upkeep.supervision import processes_below

if TYPE_CHECKING:
    from bench.parts import Bench

REST_SECONDS: Final = 60.0
AT_REST: Final = 600.0
AFTER_LOAD: Final = 750.0
READY: Final = re.compile(r"Public pages\s+(http://\S+)/")
EDITION: Final = re.compile(r'href="/e/([^/"]+)"')
PAGES: Final = ("/", "/e/{slug}", "/e/{slug}/apply?all=yes", "/sign-in", "/api/registration/v1/openapi.json")
ASKED_IN_THE_DEMO: Final = {
    "role": "member",
    "years": "7",
    "topics.finance": "2",
    "topics.green": "1",
    "needs_visa": "no",
}
"""What the demo's form asks beside the questions that every form begins with."""
LOAD_SECONDS: Final = 5
LAUNCHER: Final = "launcher"


@dataclass
class Weights:
    """Megabytes of all processes together and of each part, at each weighing."""

    total: list[float] = field(default_factory=list)
    parts: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    counts: Counter[str] = field(default_factory=Counter)
    """How many processes each part had, the last time."""


class Memory:
    """Demos, each started on nothing, left alone, visited, and weighed twice."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.at_rest, self.after_load = Weights(), Weights()

    def weigh(self) -> None:
        """Start a demo, wait, weigh it; let people come, weigh it again while all of it still stands."""
        state = self._folder / "weighed"
        with _demo(state, self._folder / "weighed.log") as (launcher, site):
            time.sleep(REST_SECONDS)
            _weigh(launcher, Places(state), self.at_rest)
            _visit(site, state, self._folder)
            _weigh(launcher, Places(state), self.after_load)


def memory(bench: Bench) -> list[Comparison]:
    """Weigh everything the demo runs, and each part of it."""
    work = Memory(bench.folder)
    for _ in range(bench.runs):
        work.weigh()
    rest, load = work.at_rest, work.after_load
    found = [
        Comparison("memory", "everything, 60 s after the first start (PSS)", "MB", Series(rest.total), limit=AT_REST),
        Comparison("memory", "everything, after load (PSS)", "MB", Series(load.total), limit=AFTER_LOAD),
    ]
    for part in sorted(load.parts, key=lambda one: -Series(load.parts[one]).median):
        many = f"{load.counts[part]} processes" if load.counts[part] > 1 else "1 process"
        row = Comparison("memory", f"{part} after load, {many}", "MB", Series(load.parts[part]))
        row.against["at rest"] = Series(rest.parts.get(part) or [0.0])
        found.append(row)
    return found


@contextmanager
def _demo(state: Path, log: Path) -> Iterator[tuple[psutil.Process, str]]:
    """Run the demo; the gateway believes wrk about whom it speaks for. Give the launcher and the public address."""
    own = {"ACADEMY_STATE": str(state), "TRUSTED_PROXY": "127.0.0.1/32", "RECALL_SECONDS": "0"}
    environment = {name: value for name, value in os.environ.items() if name != "SMTP_URL"} | own
    command = [sys.executable, "-m", "stack.command_line", "demo", "--port", "0", "--fresh"]
    with log.open("wb") as file:
        launcher = subprocess.Popen(
            command, cwd=CHECKOUT, env=environment, stdout=file, stderr=file, start_new_session=True
        )
    try:
        until = time.monotonic() + 240
        while not (ready := READY.search(words := log.read_text(encoding="utf-8", errors="replace"))):
            if launcher.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the demo did not start:\n{words[-2000:]}")
            time.sleep(0.2)
        yield psutil.Process(launcher.pid), ready[1]
    finally:
        launcher.send_signal(signal.SIGINT)
        launcher.wait(timeout=90)


def _weigh(launcher: psutil.Process, places: Places, weights: Weights) -> None:
    parts = {one.process.pid: one.part for one in leftovers_of(places)}
    sums: Counter[str] = Counter()
    weights.counts.clear()
    for process in processes_below(launcher.pid):
        part = LAUNCHER if process.pid == launcher.pid else parts.get(process.pid, "other")
        megabytes, _measure = memory_of([process])
        sums[part] += megabytes  # type: ignore[assignment]  # a Counter adds any number
        weights.counts[part] += 1
    weights.total.append(float(sum(sums.values())))
    for part, megabytes in sums.items():
        weights.parts[part].append(float(megabytes))


def _visit(site: str, state: Path, folder: Path) -> None:
    """Do the main job once as people do it, then let eight at a time read and apply."""
    command = [sys.executable, "-m", "stack.walk_through.command", f"--site={site}", f"--mailbox={site}/mailbox"]
    walk = subprocess.run(
        [*command, f"--accounts={state / 'demo-accounts.json'}"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    if walk.returncode:
        raise LoadFailed(f"the walk-through ended with {walk.stdout[-300:]} {walk.stderr[-300:]}")
    slug = _open_edition(site)
    environment = {"HOST_HEADER": site.removeprefix("http://"), "FIRST_NUMBER": "1", "FORMS": str(folder / "demo.txt")}
    for page in PAGES:
        wrk(site + page.format(slug=slug), script="get.lua", environment=environment, seconds=LOAD_SECONDS)
    answers = ANSWERS | ASKED_IN_THE_DEMO
    write_forms(site, folder / "demo.txt", page=f"/e/{slug}/apply?all=yes", answers=answers)
    wrk(f"{site}/e/{slug}/apply", script="apply.lua", environment=environment, seconds=LOAD_SECONDS)


def _open_edition(site: str) -> str:
    """Return the first edition on the first page that takes applications."""
    for slug in EDITION.findall(httpx.get(site).raise_for_status().text):
        if status_of(f"{site}/e/{slug}/apply") == httpx.codes.OK:
            return str(slug)
    raise RuntimeError("no edition of the demo takes applications")
