"""What keeps dying is tried for ever, and said: by the launcher, by ``doctor``, by what ``/readyz`` reads."""

from __future__ import annotations

import os
import signal
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from shared.web.door.health import ailing_parts as parts_of_readyz
from stack.keys import keys_of
from stack.operating.doctor import examine
from stack.ordinary_user import hand_over
from stack.places import Places
from stack.ports import choose_ports
from stack.processes import Process
from stack.upkeep import supervision as supervising
from stack.upkeep.parts import PARTS_FILE, ailing_parts, parts_file
from stack.upkeep.supervision import Supervision
from stack.upkeep.tending import STEADY, Tending
from tests.support.folders import passing_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.chaos


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a directory of our own: whenever a run begins, pytest closes its own to the ordinary user."""
    with passing_folder("academy-test-") as made:
        yield made


class Watched:
    """One part under a real supervisor, tended with a clock that can be put forward."""

    def __init__(self, places: Places, supervision: Supervision, part: Process) -> None:
        self.said: list[str] = []
        self.ahead = 0.0
        self.supervision = supervision
        self._tending = Tending(
            places,
            supervision,
            [part],
            replace_supervisor=supervision.start,
            say=self.said.append,
            clock=lambda: time.monotonic() + self.ahead,
        )

    def look_until(self, claim: Callable[[], object], *, seconds: float = 40) -> None:
        until = time.monotonic() + seconds
        while not claim():
            assert time.monotonic() < until, self.said
            self._tending.look()
            time.sleep(0.2)


@contextmanager
def watched(places: Places, part: Process) -> Iterator[Watched]:
    places.prepare()
    ports = choose_ports(places.state, gateway=0)
    supervision = Supervision(places, port=ports.supervisor, password=keys_of(places.state).supervisor_password)
    supervision.write([part], autostart=[part.name])
    hand_over(places)
    supervision.start()
    try:
        yield Watched(places, supervision, part)
    finally:
        supervision.stop()


def test_a_part_that_keeps_dying_is_said_everywhere_until_it_runs(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places, mended = Places(folder), folder / "mended"
    monkeypatch.setenv(PARTS_FILE, str(parts_file(places)))
    program = ["/bin/sh", "-c", f"[ -f {mended} ] || {{ echo the settings cannot be used; exit 1; }}; exec sleep 60"]
    with watched(places, Process("worker", program, 50)) as stack:
        stack.look_until(lambda: ailing_parts(places))
        assert any("worker keeps dying" in line and "the settings cannot be used" in line for line in stack.said)
        assert parts_of_readyz() == ["worker"]
        finding = next(one for one in examine(places, {}) if one.subject == "worker")
        assert finding.verdict == "broken"
        assert "the settings cannot be used" in finding.found
        mended.touch()
        time.sleep(6)
        stack.ahead += STEADY
        stack.look_until(lambda: not ailing_parts(places))
        assert stack.said[-1] == "  worker runs again."
        assert parts_of_readyz() == []


def test_what_the_supervisor_has_given_up_is_started_again_without_what_it_may_lose(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervising, "TRIES", 1)
    places = Places(folder)
    places.prepare()
    kept = places.valkey / "appendonlydir"
    kept.mkdir()
    program = ["/bin/sh", "-c", f"[ ! -d {kept} ] || exit 1; touch {places.valkey}/runs; exec sleep 60"]
    with watched(places, Process("valkey", program, 20, disposable=kept)) as stack:
        stack.look_until((places.valkey / "runs").exists)
        assert not kept.exists()


def test_a_supervisor_that_died_is_replaced(folder: Path) -> None:
    places = Places(folder)
    with watched(places, Process("worker", ["/bin/sh", "-c", "exec sleep 60"], 50)) as stack:
        stack.look_until((places.run / "worker.pid").exists)
        before = (places.run / "supervisor.pid").read_text("ascii")
        os.kill(int(before), signal.SIGKILL)
        stack.look_until(lambda: (places.run / "supervisor.pid").read_text("ascii") != before)
        assert any("The supervisor is gone" in line for line in stack.said)
        stack.look_until(stack.supervision.states)
