"""What an interrupted run left behind is found by its state directory, and nobody else's is touched."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

import psutil
import pytest

from stack.embedded.binaries import nginx_executable
from stack.places import Places
from stack.upkeep.leftovers import end_leftovers, end_part, marks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    with ExitStack() as stack:

        def started(
            places: Places | None = None, *, part: str = "worker", rank: int = 50, cwd: Path | None = None
        ) -> subprocess.Popen[bytes]:
            told = os.environ | (marks(places, part, rank) if places else {})
            process = subprocess.Popen(SLEEP, env=told, cwd=cwd)
            stack.callback(process.wait)
            stack.callback(process.kill)
            return process

        yield started


def test_a_part_is_found_without_any_note_and_ended(
    tmp_path: Path, start: Callable[..., subprocess.Popen[bytes]]
) -> None:
    places = Places(tmp_path)
    worker, gateway = start(places), start(places, part="gateway", rank=90)
    assert end_leftovers(places) == ["gateway", "worker"]
    assert worker.wait(timeout=5) != 0
    assert gateway.wait(timeout=5) != 0
    assert end_leftovers(places) == []


def test_the_parts_of_another_state_directory_live_on(
    tmp_path: Path, start: Callable[..., subprocess.Popen[bytes]]
) -> None:
    own, longer, inner = (Places(tmp_path / name) for name in ("a", "ab", "a/inner"))
    others = [start(longer), start(inner)]
    mine = start(own)
    assert end_leftovers(own) == ["worker"]
    assert mine.wait(timeout=5) != 0
    assert [process.poll() for process in others] == [None, None]


def test_a_person_who_stands_in_the_state_directory_is_left_alone(
    tmp_path: Path, start: Callable[..., subprocess.Popen[bytes]]
) -> None:
    person = start(cwd=tmp_path)
    assert end_leftovers(Places(tmp_path)) == []
    assert person.poll() is None


def test_only_the_part_that_starts_anew_has_its_earlier_life_ended(
    tmp_path: Path, start: Callable[..., subprocess.Popen[bytes]]
) -> None:
    places = Places(tmp_path)
    worker, clock = start(places), start(places, part="clock", rank=60)
    end_part(places, "worker")
    assert worker.wait(timeout=5) != 0
    assert clock.poll() is None


def test_a_program_that_wrote_over_its_environment_is_known_by_where_it_works(tmp_path: Path) -> None:
    """A gateway's workers outlive their killed master, without a word of where they belong."""
    places = Places(tmp_path)
    main = tmp_path / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    server = f"server {{ listen unix:{tmp_path}/socket; }}"
    main.write_text(
        f"{user} daemon off; pid {tmp_path}/nginx.pid; error_log /dev/null; "
        f"events {{}} http {{ access_log off; {server} }}"
    )
    program = [str(nginx_executable()), "-p", str(tmp_path), "-c", str(main), "-e", "/dev/null"]
    master = subprocess.Popen(program, cwd=tmp_path, env={"PATH": os.environ["PATH"]})
    try:
        while not psutil.Process(master.pid).children():  # its worker is what outlives it
            assert master.poll() is None
        master.kill()
        master.wait(timeout=5)
        assert end_leftovers(places) == ["gateway"]
        assert end_leftovers(places) == []
    finally:
        if master.poll() is None:
            master.kill()
            master.wait()
        shutil.rmtree(tmp_path / "client_body_temp", ignore_errors=True)
