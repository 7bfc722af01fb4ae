"""What the workloads share: the names of the calibrations, and whatever has to run for several of them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import Final

from bench.calibrations.servers import bare_flask, smtp_sink
from bench.counting import count_statements
from bench.measures import Comparison, Measurement, compare
from bench.stand import Stand, running_stand

BARE: Final = "bare Flask page, gunicorn, 2 sync workers"
PGBENCH: Final = "pgbench, 8 clients, the same statements"
NGINX: Final = "nginx, the same file plainly"
SOURCE: Final = "smtp-source, 8 sessions, same sink"
KEPT: Final = "smtp-source -d, connections kept"
QUIET: Final = "the same while nobody asks the desk"
REST: Final = "the same desk at rest, before"


class Bench:
    """What the workloads share, started when the first of them asks for it and ended with ``ending``."""

    def __init__(self, folder: Path, ending: ExitStack, runs: int) -> None:
        self.folder, self._ending, self.runs = folder, ending, runs
        self.left_out: list[str] = []
        """What could not be measured, in sentences."""

    @cached_property
    def stand(self) -> Stand:
        """The running stack."""
        return self._ending.enter_context(running_stand(self.folder, sink_port=self.sink))

    @cached_property
    def counting_stand(self) -> Stand:
        """The running stack, its PostgreSQL counting statements from now on."""
        count_statements(self.stand)
        return self.stand

    @cached_property
    def sink(self) -> int:
        """Where smtp-sink listens."""
        return self._ending.enter_context(smtp_sink(self.folder))

    @cached_property
    def bare(self) -> str:
        """The URL of the bare Flask page."""
        return self._ending.enter_context(bare_flask(self.folder))

    def compare(self, found: Comparison, ours: Measurement, calibrations: Mapping[str, Measurement]) -> None:
        """Take the figures of ``found``, each when the stand is at rest."""
        compare(found, runs=self.runs, ours=ours, calibrations=calibrations, rest=self.stand.wait_for_rest)
