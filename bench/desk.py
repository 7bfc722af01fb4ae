"""Somebody at the desk: signed in, opening pages, and noting how long each took."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import quantiles
from threading import Event, Thread
from typing import TYPE_CHECKING, Final
from uuid import UUID

import httpx
from lxml import html

if TYPE_CHECKING:
    from bench.stand import Stand

EVERY: Final = 0.1
"""Seconds from one question to the next."""
PATIENCE: Final = 600.0
HELPING: Final = 8
"""So many questions may be under way at once: a slow answer does not keep the next question back."""


def signed_in(stand: Stand, staff_id: UUID) -> httpx.Client:
    """Return the browser of a member of staff."""
    browser = httpx.Client(base_url=stand.gateway, timeout=PATIENCE)
    name, _, value = stand.cookie_of(staff_id, means="staff").partition("=")
    browser.cookies.set(name, value, domain="127.0.0.1")
    return browser


def form_leading_to(page: httpx.Response, ending: str) -> tuple[str, dict[str, str]]:
    """Return address and fields of the form on ``page`` whose address ends with ``ending``."""
    for form in html.fromstring(page.text).xpath("//form"):
        if str(form.action).endswith(ending):
            return str(form.action), {name: value or "" for name, value in form.form_values()}
    raise LookupError(f"{page.url} has no form that leads to …{ending}")


@dataclass
class Answers:
    """Milliseconds from the moment a question was due to its whole answer; and what was not answered with 200."""

    milliseconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def median(self) -> float:
        """The middle one."""
        return quantiles(self.milliseconds, n=100)[49]

    @property
    def p95(self) -> float:
        """Nineteen of twenty came sooner."""
        return quantiles(self.milliseconds, n=100)[94]

    @property
    def slowest(self) -> float:
        """The last one."""
        return max(self.milliseconds)


@contextmanager
def asking(browser: httpx.Client, paths: Sequence[str]) -> Iterator[Answers]:
    """Open one of ``paths`` every tenth of a second, in turn, until the block ends."""
    answers, over = Answers(), Event()
    asker = Thread(target=_ask, args=(browser, paths, answers, over), daemon=True)
    asker.start()
    try:
        yield answers
    finally:
        over.set()
        asker.join(PATIENCE)


def ask_for(browser: httpx.Client, paths: Sequence[str], *, seconds: float) -> Answers:
    """Do the same for so many seconds, at rest."""
    with asking(browser, paths) as answers:
        time.sleep(seconds)
    return answers


def _ask(browser: httpx.Client, paths: Sequence[str], answers: Answers, over: Event) -> None:
    began, asked = time.perf_counter(), 0
    under_way: list[Future[None]] = []
    with ThreadPoolExecutor(HELPING) as helping:
        while not over.wait(max(0.0, began + asked * EVERY - time.perf_counter())):
            due = began + asked * EVERY
            under_way.append(helping.submit(_ask_once, browser, paths[asked % len(paths)], due, answers))
            asked += 1
    for one in under_way:
        one.result()


def _ask_once(browser: httpx.Client, path: str, due: float, answers: Answers) -> None:
    try:
        status = str(browser.get(path).status_code)
    except httpx.HTTPError as reason:
        status = type(reason).__name__
    answers.milliseconds.append(1000 * (time.perf_counter() - due))
    if status != "200":
        answers.wrong.append(f"{path}: {status}")
