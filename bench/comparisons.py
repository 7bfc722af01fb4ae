"""Which figure is held against which calibration, and the bars."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import Final

from bench.calibrations.pgbench import Pgbench
from bench.calibrations.servers import bare_flask, plain_nginx, smtp_sink, smtp_source
from bench.counting import Counted, count_statements
from bench.crowds import ACCEPTS, DECISIONS
from bench.measures import Comparison, Series, compare
from bench.stand import Stand, running_stand
from bench.workloads.applications import ANSWERS, Applications
from bench.workloads.downloads import COUNTED, Downloads
from bench.workloads.growth import HEAVIEST, SIZES, SLOWEST, opened_at
from bench.workloads.mails import MAILS, SIZE, Mails
from bench.workloads.memory import AT_REST, memory
from bench.workloads.notices import notices_during_campaign
from bench.workloads.pages import bare_pages_per_second, pages_per_second
from bench.workloads.reactions import median_milliseconds
from bench.workloads.releases import Released, Releases
from bench.workloads.starting import Starting
from bench.workloads.timelines import FACTS, Timelines

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


def pages(bench: Bench) -> list[Comparison]:
    """Measure the public page of an edition."""
    found = Comparison("pages", "public page of an edition", "pages/s", bars={BARE: 0.4})
    stand = bench.stand
    calibrations = {BARE: lambda: bare_pages_per_second(bench.bare)}
    compare(found, runs=bench.runs, ours=lambda: pages_per_second(stand), calibrations=calibrations)
    return [found]


def applications(bench: Bench) -> list[Comparison]:
    """Measure applications, the whole form."""
    found = Comparison("applications", "applications submitted, full form", "per s", bars={BARE: 0.12})
    forms = Applications(bench.stand)
    pgbench = Pgbench(bench.stand, ANSWERS)
    calibrations = {BARE: lambda: bare_pages_per_second(bench.bare), PGBENCH: pgbench.per_second}
    compare(found, runs=bench.runs, ours=forms.per_second, calibrations=calibrations)
    return [found]


def downloads(bench: Bench) -> list[Comparison]:
    """Measure authorised downloads of 100 KB and of 50 MB."""
    reader = Downloads(bench.stand)
    user = "user root;\n" if os.geteuid() == 0 else ""
    plain = bench._ending.enter_context(plain_nginx(bench.folder, files=reader.files, user=user))  # noqa: SLF001
    small = Comparison("downloads", "authorised downloads, 100 KB", "per s")
    compare(
        small,
        runs=bench.runs,
        ours=reader.small_per_second,
        calibrations={
            NGINX: lambda: reader.plain_small_per_second(plain),
            BARE: lambda: bare_pages_per_second(bench.bare),
        },
    )
    one = Comparison("downloads", "one download of 100 KB at a time", "ms")
    compare(one, runs=bench.runs, ours=reader.small_milliseconds, calibrations={})
    large = Comparison("downloads", "authorised downloads, 50 MB", "MB/s", bars={NGINX: 0.9})
    compare(
        large,
        runs=bench.runs,
        ours=reader.large_megabytes_per_second,
        calibrations={NGINX: lambda: reader.plain_large_megabytes_per_second(plain)},
    )
    counted = reader.counted(bench.counting_stand)
    return [small, one, *_costs("downloads", "one download", counted, each=COUNTED), large]


def mails(bench: Bench) -> list[Comparison]:
    """Measure campaign mails into the sink."""
    found = Comparison("mails", f"campaign of {MAILS} mails", "mails/s", bars={SOURCE: 0.2})
    campaign = Mails(bench.stand)
    calibrations = {
        SOURCE: lambda: smtp_source(bench.sink, mails=MAILS, size=SIZE, kept=False),
        KEPT: lambda: smtp_source(bench.sink, mails=MAILS, size=SIZE, kept=True),
    }
    compare(found, runs=bench.runs, ours=campaign.per_second, calibrations=calibrations)
    return [found]


def reactions(bench: Bench) -> list[Comparison]:
    """Measure the wait from a fact to its reaction."""
    found = Comparison("reactions", "reaction latency at rest, median of 200", "ms", limit=100)
    stand = bench.stand
    compare(found, runs=bench.runs, ours=lambda: median_milliseconds(stand), calibrations={})
    return [found]


def releases(bench: Bench) -> list[Comparison]:
    """Measure a release of many decisions, and the desk meanwhile; and the same once while nobody asks."""
    work = Releases(bench.counting_stand)
    done = [work.measured() for _ in range(bench.runs)]
    alone = work.measured(alone=True)
    for sentence in sorted({sentence for one in (*done, alone) for sentence in one.wrong}):
        print(f"  {sentence}")

    def found(what: str, unit: str, figure: Callable[[Released], float], limit: float | None = None) -> Comparison:
        return Comparison("releases", what, unit, Series([figure(one) for one in done]), limit=limit)

    took = found(f"release of {DECISIONS:,} decisions, {ACCEPTS:,} accepts", "s", lambda one: one.took, 20)
    took.against[QUIET] = Series([alone.took])
    p95 = found("the desk meanwhile, 95 of 100 within", "ms", lambda one: one.meanwhile.p95)
    p95.against[REST] = Series([one.at_rest.p95 for one in done])
    median = found("the desk meanwhile, median", "ms", lambda one: one.meanwhile.median)
    median.against[REST] = Series([one.at_rest.median for one in done])
    return [
        took,
        found("its longest transaction", "s", lambda one: one.longest, 1),
        found("its page until the answer", "s", lambda one: one.answered),
        found("the page that shows the batch", "s", lambda one: one.shown),
        *_costs("releases", "one decision", alone.counted, each=DECISIONS),
        median,
        p95,
        found("the desk meanwhile, slowest", "ms", lambda one: one.meanwhile.slowest, 2000),
        found("answers other than expected", "", lambda one: len(one.wrong), 0),
    ]


def timelines(bench: Bench) -> list[Comparison]:
    """Measure the timeline of a person with many facts."""
    work = Timelines(bench.counting_stand)
    bench.stand.wait_for_rest()
    page = Comparison("timelines", f"timeline of {FACTS} facts, the desk's page", "ms", limit=50)
    compare(page, runs=bench.runs, ours=work.page_milliseconds, calibrations={})
    look_up = Comparison("timelines", "its look-ups alone", "ms", limit=50)
    compare(look_up, runs=bench.runs, ours=work.look_up_milliseconds, calibrations={})
    return [
        page,
        look_up,
        *_costs("timelines", "the page", work.counted_page()),
        *_costs("timelines", "the look-ups", work.counted_look_up()),
        Comparison("timelines", "entries on the page", "", Series([work.shown()])),
    ]


def growth(bench: Bench) -> list[Comparison]:
    """Measure the pages of the desk at each size: the time and the weight of each."""
    found = []
    for count in SIZES:
        for page, p95, kilobytes in opened_at(bench.stand, count=count):
            what = f"{page}, {count:,} applications"
            found.append(Comparison("growth", f"{what}, 95 of 100 within", "ms", Series([p95]), limit=SLOWEST))
            found.append(Comparison("growth", f"{what}, weight", "kB", Series([kilobytes]), limit=HEAVIEST))
    return found


def starting(bench: Bench) -> list[Comparison]:
    """Measure starts of the demo, and its memory at rest."""
    demo = Starting(bench.folder)
    first = Comparison("starting", "first start of the demo, environment there", "s", limit=90)
    again = Comparison("starting", "second start of the demo", "s", limit=8)
    compare(first, runs=bench.runs, ours=demo.first_seconds, calibrations={})
    compare(again, runs=bench.runs, ours=demo.again_seconds, calibrations={})
    weight = Comparison(
        "starting", "memory of all processes at rest (PSS)", "MB", Series(demo.megabytes), limit=AT_REST
    )
    return [first, again, weight]


def _costs(workload: str, whose: str, counted: Counted, *, each: int = 1) -> list[Comparison]:
    """Return what PostgreSQL counted, for each of so many: the load of the machine does not disturb these figures."""
    figures = {
        "statements": counted.statements,
        "pages PostgreSQL touches": counted.pages,
        "bytes PostgreSQL logs": counted.logged,
    }
    return [Comparison(workload, f"{what}, {whose}", "", Series([figure / each])) for what, figure in figures.items()]


WORKLOADS: Final[dict[str, Callable[[Bench], list[Comparison]]]] = {
    one.__name__.replace("_", "-"): one
    for one in (
        pages,
        applications,
        downloads,
        mails,
        notices_during_campaign,
        reactions,
        timelines,
        releases,
        growth,
        starting,
        memory,
    )
}
