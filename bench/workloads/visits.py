"""The whole visit of somebody who applies, from the page of an edition to the page of one's own application.

Each visitor calls from an address of its own in 127.0.0.0/8, so that the limits of the stack as shipped count them
apart, and reads the mail in a mailbox that a thread of the bench keeps.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from statistics import median
from typing import Final
from urllib.parse import urlencode, urlsplit

from lxml import html

from bench.load import CONNECTIONS, LoadFailed, load_seconds
from bench.mailbox import Mailbox, open_mailbox
from bench.processor import processor_seconds
from bench.stand import SLUG, Stand, running_stand
from bench.workloads.applications import ANSWERS

REQUESTS: Final = 8
LINK: Final = re.compile(rb"https?://[^\s\"<>]+(/proofs/[^\s\"<>]+)")
PATIENCE: Final = 30.0
WARM: Final = 40
"""Visits that are not measured: each process is new to every page and statement until it has seen it some times."""
_numbers = count(1)


@dataclass(frozen=True)
class Visited:
    """What one run of visits found; the processor time is that of one visit, with its share of all work behind it."""

    per_second: float
    median_milliseconds: float
    processor_milliseconds: float


@contextmanager
def visited_stand(folder: Path) -> Iterator[tuple[Stand, Mailbox]]:
    """Start a stack of its own for visits: every setting as shipped, its mails in a mailbox that can be read."""
    folder.mkdir()
    folder.chmod(0o755)
    with open_mailbox() as mailbox, running_stand(folder, sink_port=mailbox.port, as_shipped=True) as stand:
        yield stand, mailbox


class Visits:
    """Eight people at a time, each making one visit after another, under a new address each time."""

    def __init__(self, stand: Stand, mailbox: Mailbox) -> None:
        self._stand, self._mailbox = stand, mailbox
        self.taken: list[Visited] = []

    def per_second(self) -> float:
        """Let visits be made for some seconds; return how many were made whole, per second."""
        with ThreadPoolExecutor(CONNECTIONS) as visitors:
            if not self.taken:
                list(visitors.map(lambda _number: self._visit(next(_numbers)), range(WARM)))
                self._stand.wait_for_rest()
            began, used = time.perf_counter(), processor_seconds(self._stand.stack)
            until = began + load_seconds()
            found = list(visitors.map(lambda _number: self._visits_until(until), range(CONNECTIONS)))
        took = time.perf_counter() - began
        self._stand.wait_until_done()  # what is done after the answer is part of the price
        used = processor_seconds(self._stand.stack) - used
        milliseconds = [one for visitor in found for one in visitor]
        visited = Visited(len(milliseconds) / took, median(milliseconds), 1000 * used / len(milliseconds))
        self.taken.append(visited)
        return visited.per_second

    def _visits_until(self, end: float) -> list[float]:
        took = []
        while time.perf_counter() < end:
            began = time.perf_counter()
            self._visit(next(_numbers))
            took.append(1000 * (time.perf_counter() - began))
        return took

    def _visit(self, number: int) -> None:
        visitor, email = _Visitor(self._stand.gateway, number), f"visitor-{number}@bench.example"
        try:
            visitor.get("/")
            visitor.get(f"/e/{SLUG}")
            apply = f"/e/{SLUG}/apply"
            fields = _fields(visitor.get(apply), "//form[.//textarea]")
            sent = visitor.post(apply, {**fields, **ANSWERS, "email": email})
            visitor.get(sent)
            proof = self._mailbox.wait_for(email, LINK, seconds=PATIENCE)
            mine = visitor.post(proof, _fields(visitor.get(proof), "//main//form"))
            if ANSWERS["name"] not in visitor.get(mine):
                raise LoadFailed(f"{mine} does not show the application")
        finally:
            visitor.close()


class _Visitor:
    """A browser with one connection and a jar for its cookies."""

    def __init__(self, gateway: str, number: int) -> None:
        parts = urlsplit(gateway)
        source = f"127.{1 + number // 62500 % 250}.{number // 250 % 250}.{1 + number % 250}"
        self._connection = HTTPConnection(str(parts.hostname), parts.port, timeout=PATIENCE, source_address=(source, 0))
        self._cookies: dict[str, str] = {}

    def get(self, path: str) -> str:
        """Return the page at ``path``."""
        return self._ask("GET", path, "", 200)[0]

    def post(self, path: str, fields: dict[str, str]) -> str:
        """Send a form; return where its answer leads."""
        return urlsplit(self._ask("POST", path, urlencode(fields), 303)[1]).path

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _ask(self, method: str, path: str, body: str, expected: int) -> tuple[str, str]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, body or None, headers)
        answer = self._connection.getresponse()
        page = answer.read().decode()
        if answer.status != expected:
            raise LoadFailed(f"{method} {path}: {answer.status} {page[:300]}")
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        return page, answer.headers.get("Location", "")


def _fields(page: str, form: str) -> dict[str, str]:
    return {name: value or "" for name, value in html.fromstring(page).xpath(form)[0].form_values()}
