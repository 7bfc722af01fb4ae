"""Applications: the whole form is posted, with its token, its checks, its rows and its fact, again and again."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode

import httpx
from lxml import html
from sqlalchemy import func, select

from bench.load import LoadFailed, load_seconds, wrk
from bench.stand import SLUG, Stand
from shared.schema.registration import Application

VISITORS = 64
ANSWERS = {
    "name": "Aminata Ouédraogo",
    "called": "Aminata",
    "email": "applicant-@N@@bench.example",
    "country": "BF",
    "organisation": "Union des coopératives du Centre",
    "language": "fr",
    "motivation": "I want to learn how other networks finance their first years. " * 5,
    "needs_fellowship": "yes",
    "fellowship_cover": "The journey from Ouagadougou, and the visa.",
    "consent": "yes",
}
_numbers = itertools.count(1_000_000, 10_000_000)


class Applications:
    """Visitors whose forms are ready to be sent."""

    def __init__(self, stand: Stand) -> None:
        self._stand = stand
        self.milliseconds: list[float] = []
        """Within which 95 of 100 were answered, for each run."""
        self.forms = stand.folder / "forms.txt"
        write_forms(stand.gateway, self.forms)

    def per_second(self) -> float:
        """Send forms with eight connections; return applications that are in the database, per second."""
        before = self._there()
        environment = {
            "HOST_HEADER": self._stand.gateway.removeprefix("http://"),
            "FORMS": str(self.forms),
            "FIRST_NUMBER": str(next(_numbers)),
        }
        figures = wrk(f"{self._stand.gateway}/e/{SLUG}/apply", script="apply.lua", environment=environment)
        made, taken = self._there() - before, figures["per_second"] * load_seconds()
        if made < 0.98 * taken - 1:
            raise LoadFailed(f"{taken:.0f} forms were taken, but {made} applications are there")
        self.milliseconds.append(figures["p95_ms"])
        return figures["per_second"]

    def _there(self) -> int:
        with self._stand.database() as database, database.reading() as session:
            return session.scalar(select(func.count()).select_from(Application)) or 0


def write_forms(
    gateway: str, path: Path, *, page: str = f"/e/{SLUG}/apply", answers: Mapping[str, str] = ANSWERS
) -> None:
    """Open the form on ``page`` as many visitors do, fill it in, and write what their browsers would send."""
    lines = []
    for _ in range(VISITORS):
        with httpx.Client(base_url=gateway) as browser:
            answer = browser.get(page).raise_for_status()
            cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        form = html.fromstring(answer.text).xpath("//form[.//textarea]")[0]
        fields = {**{name: value or "" for name, value in form.form_values()}, **answers}
        fields["key"] = "00000000-0000-4000-8000-@N@"
        lines.append(f"{cookie}\t{urlencode(fields, safe='@')}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
