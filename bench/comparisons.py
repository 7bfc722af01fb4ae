"""Which figure is held against which calibration, and the bars."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import Final

from bench.calibrations.pgbench import Pgbench, database_apart
from bench.calibrations.servers import plain_nginx, smtp_source
from bench.counting import Counted
from bench.crowds import ACCEPTS, DECISIONS
from bench.measures import Comparison, Series, compare
from bench.parts import BARE, KEPT, NGINX, PGBENCH, QUIET, REST, SOURCE, Bench
from bench.workloads.applications import ANSWERS, Applications
from bench.workloads.downloads import COUNTED, Downloads
from bench.workloads.growth import HEAVIEST, SIZES, SLOWEST, Growth, OutOfTime, growth_seconds
from bench.workloads.mails import MAILS, SIZE, Mails
from bench.workloads.memory import AT_REST, memory
from bench.workloads.notices import notices_during_campaign
from bench.workloads.pages import bare_pages_per_second, forms_per_second, pages_per_second
from bench.workloads.reactions import median_milliseconds
from bench.workloads.releases import Released, Releases
from bench.workloads.starting import Starting
from bench.workloads.timelines import FACTS, Timelines
from bench.workloads.visits import REQUESTS, Visits, visited_stand


def pages(bench: Bench) -> list[Comparison]:
    """Measure the public page of an edition."""
    found = Comparison("pages", "public page of an edition", "pages/s", bars={BARE: 0.4})
    stand = bench.stand
    calibrations = {BARE: lambda: bare_pages_per_second(bench.bare)}
    bench.compare(found, lambda: pages_per_second(stand), calibrations)
    return [found]


def applications(bench: Bench) -> list[Comparison]:
    """Measure applications, the whole form."""
    bars = {BARE: 0.15, PGBENCH: 0.2}
    found = Comparison("applications", "applications submitted, full form", "per s", bars=bars)
    forms = Applications(bench.stand)
    with database_apart(bench.stand):
        pgbench = Pgbench(bench.stand, ANSWERS)
        calibrations = {BARE: lambda: bare_pages_per_second(bench.bare), PGBENCH: pgbench.per_second}
        bench.compare(found, forms.per_second, calibrations)
    slow = Series(forms.milliseconds[-bench.runs :])
    return [found, Comparison("applications", "applications, 95 of 100 within", "ms", slow, limit=15)]


def form(bench: Bench) -> list[Comparison]:
    """Measure the form of an application, as it is and compressed."""
    found = []
    for words, encoding in (("", ""), (", compressed", "gzip")):
        one = Comparison("form", f"form of an application{words}", "pages/s", bars={} if encoding else {BARE: 0.4})
        load = partial(forms_per_second, bench.stand, encoding=encoding)
        bench.compare(one, load, {BARE: lambda: bare_pages_per_second(bench.bare)})
        found.append(one)
    return found


def visit(bench: Bench) -> list[Comparison]:
    """Measure the whole visit of somebody who applies, and what it costs all processes together."""
    with visited_stand(bench.folder / "visited") as (stand, mailbox):
        visits = Visits(stand, mailbox)
        found = Comparison("visit", f"whole visits, {REQUESTS} requests and a mail", "per s")
        calibrations = {BARE: lambda: bare_pages_per_second(bench.bare)}
        compare(found, runs=bench.runs, ours=visits.per_second, calibrations=calibrations, rest=stand.wait_for_rest)
    taken = visits.taken[-bench.runs :]
    cost = Series([one.processor_milliseconds for one in taken])
    return [
        found,
        Comparison("visit", "one visit, processor time of all processes", "ms", cost, limit=18),
        Comparison("visit", "one visit, median", "ms", Series([one.median_milliseconds for one in taken])),
    ]


def downloads(bench: Bench) -> list[Comparison]:
    """Measure authorised downloads of 100 KB and of 50 MB."""
    reader = Downloads(bench.stand)
    user = "user root;\n" if os.geteuid() == 0 else ""
    plain = bench._ending.enter_context(plain_nginx(bench.folder, files=reader.files, user=user))  # noqa: SLF001
    small = Comparison("downloads", "authorised downloads, 100 KB", "per s", bars={NGINX: 0.1})
    bench.compare(
        small,
        reader.small_per_second,
        {
            NGINX: lambda: reader.plain_small_per_second(plain),
            BARE: lambda: bare_pages_per_second(bench.bare),
        },
    )
    one = Comparison("downloads", "one download of 100 KB at a time", "ms")
    bench.compare(one, reader.small_milliseconds, {})
    large = Comparison("downloads", "authorised downloads, 50 MB", "MB/s", bars={NGINX: 0.9})
    bench.compare(
        large, reader.large_megabytes_per_second, {NGINX: lambda: reader.plain_large_megabytes_per_second(plain)}
    )
    public = [
        Comparison("downloads", "public files by hash, 100 KB", "per s", bars={NGINX: 0.9}),
        Comparison("downloads", "public files by hash, 50 MB", "MB/s", bars={NGINX: 0.9}),
    ]
    bench.compare(public[0], reader.public_small_per_second, {NGINX: lambda: reader.plain_small_per_second(plain)})
    bench.compare(
        public[1],
        reader.public_large_megabytes_per_second,
        {NGINX: lambda: reader.plain_large_megabytes_per_second(plain)},
    )
    counted = reader.counted(bench.counting_stand)
    return [small, one, *_costs("downloads", "one download", counted, each=COUNTED), large, *public]


def mails(bench: Bench) -> list[Comparison]:
    """Measure campaign mails into the sink."""
    found = Comparison("mails", f"campaign of {MAILS} mails", "mails/s", bars={SOURCE: 0.2})
    campaign = Mails(bench.stand)
    calibrations = {
        SOURCE: lambda: smtp_source(bench.sink, mails=MAILS, size=SIZE, kept=False),
        KEPT: lambda: smtp_source(bench.sink, mails=MAILS, size=SIZE, kept=True),
    }
    bench.compare(found, campaign.per_second, calibrations)
    return [found]


def reactions(bench: Bench) -> list[Comparison]:
    """Measure the wait from a fact to its reaction."""
    found = Comparison("reactions", "reaction latency at rest, median of 200", "ms", limit=100)
    stand = bench.stand
    bench.compare(found, lambda: median_milliseconds(stand), {})
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
    page = Comparison("timelines", f"timeline of {FACTS} facts, the desk's page", "ms", limit=50)
    bench.compare(page, work.page_milliseconds, {})
    look_up = Comparison("timelines", "its look-ups alone", "ms", limit=50)
    bench.compare(look_up, work.look_up_milliseconds, {})
    return [
        page,
        look_up,
        *_costs("timelines", "the page", work.counted_page()),
        *_costs("timelines", "the look-ups", work.counted_look_up()),
        Comparison("timelines", "entries on the page", "", Series([work.shown()])),
    ]


def growth(bench: Bench) -> list[Comparison]:
    """Measure the pages of the desk at each size there is time for: the time and the weight of each."""
    work, found = Growth(bench.stand, seconds=growth_seconds()), []
    for count in SIZES:
        try:
            opened = work.opened_at(count)
        except OutOfTime as reason:
            bench.left_out.append(f"growth: {reason}")
            break
        for page, p95, kilobytes in opened:
            what = f"{page}, {count:,} applications"
            found.append(Comparison("growth", f"{what}, 95 of 100 within", "ms", Series([p95]), limit=SLOWEST))
            found.append(Comparison("growth", f"{what}, weight", "kB", Series([kilobytes]), limit=HEAVIEST))
    return found


def starting(bench: Bench) -> list[Comparison]:
    """Measure starts of the demo, and its memory at rest."""
    demo = Starting(bench.folder)
    first = Comparison("starting", "first start of the demo, environment there", "s", limit=90)
    again = Comparison("starting", "second start of the demo", "s", limit=8)
    first.ours.samples.extend(demo.first_seconds() for _ in range(bench.runs))
    again.ours.samples.extend(demo.again_seconds() for _ in range(bench.runs))
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
        form,
        applications,
        visit,
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
