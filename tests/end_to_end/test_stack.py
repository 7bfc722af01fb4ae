"""The launcher with real processes: started, hurt, taken over, stopped."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import psutil
import pytest
from redis import Redis
from redis.exceptions import AuthenticationError

from stack.places import CHECKOUT, Places
from stack.upkeep.leftovers import leftovers_of
from tests.support.folders import passing_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
READY = re.compile(r"Public pages\s+(http://\S+)/")


def start(state: Path) -> tuple[subprocess.Popen[str], str]:
    """Start the demo on free ports; return the launcher and the public address once it is ready."""
    environment = os.environ | {"ACADEMY_STATE": str(state), "PYTHONUNBUFFERED": "1"}
    launcher = subprocess.Popen(
        [sys.executable, "-m", "stack.command_line", "demo", "--port", "0"],
        cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    said = []
    assert launcher.stdout is not None
    for line in launcher.stdout:
        said.append(line)
        found = READY.search(line)
        if found:
            return launcher, found[1]
    launcher.communicate(timeout=90)
    raise AssertionError("".join(said))


@contextmanager
def demo(state: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a demo; at the end stop it as Ctrl-C does."""
    launcher, url = start(state)
    try:
        yield launcher, url
    finally:
        if launcher.poll() is None:
            launcher.send_signal(signal.SIGINT)
            launcher.communicate(timeout=90)


def pids(state: Path) -> dict[str, int]:
    """Return the process ids as the parts wrote them; a part that is just starting has none yet."""
    files = {path.stem: path for path in (state / "run").glob("*.pid") if path.stem != "supervisord"}
    files["postgres"] = state / "postgres" / "postmaster.pid"
    written = {name: path.read_text().split() for name, path in files.items() if path.exists()}
    return {name: int(lines[0]) for name, lines in written.items() if lines}


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=3).status_code == 200
    except httpx.HTTPError:
        return False


def wait_for(claim: Callable[[], bool], *, seconds: float = 40) -> None:
    until = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < until
        time.sleep(0.2)


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    """Give a directory of our own: whenever a run begins, pytest closes its own to PostgreSQL's user."""
    with passing_folder("academy-test-") as folder:
        yield folder


def test_what_is_killed_comes_back(state: Path) -> None:
    victims = ("gateway", "registration", "materials", "worker", "postmen", "valkey", "postgres", "mail")
    with demo(state) as (_launcher, url):
        wait_for(lambda: {"worker", "postmen", "clock"} <= pids(state).keys())  # they start after the first page
        before = pids(state)
        for name in victims:
            os.kill(before[name], signal.SIGKILL)
        wait_for(lambda: all(pids(state).get(name, pid) != pid for name, pid in before.items() if name in victims))
        wait_for(lambda: pids(state).keys() == before.keys() and all(map(alive, pids(state).values())))
        wait_for(lambda: all(answers(url + page) for page in ("/", "/sign-in", "/mailbox")))
        wait_for(lambda: httpx.get(f"{url}/materials", timeout=3).status_code < 400)  # a stranger is led to sign in


@pytest.mark.skipif(sys.platform != "linux", reason="forked on Linux alone")
def test_what_the_parts_import_is_in_memory_once(state: Path) -> None:
    parts = ("registration", "materials", "notifications", "worker", "postmen", "clock", "mail")
    with demo(state):
        wait_for(lambda: {"worker", "postmen", "clock"} <= pids(state).keys())
        for name in parts:
            weight = psutil.Process(pids(state)[name]).memory_full_info()
            assert weight.pss < weight.rss / 2, (name, weight)


def test_a_clean_stop_leaves_nothing_behind(state: Path) -> None:
    with demo(state):
        running = pids(state)
        assert all(alive(pid) for pid in running.values())
    assert not any(alive(pid) for pid in running.values())
    assert leftovers_of(Places(state)) == []
    assert not Places(state).passing.exists(), "what the parts wrote for a moment"
    assert not Places(state).figures.exists(), "what the services counted"
    assert not (state / "postgres" / "postmaster.pid").exists()


@pytest.mark.parametrize("victims", [["launcher"], ["launcher", "supervisor"], ["launcher", "supervisor", "postgres"]])
def test_the_next_start_takes_over_after_a_kill(state: Path, victims: list[str]) -> None:
    launcher, _url = start(state)
    before = pids(state) | {"launcher": launcher.pid}
    for victim in victims:
        os.kill(before[victim], signal.SIGKILL)
    launcher.communicate(timeout=10)
    with demo(state) as (_launcher, url):
        assert answers(url)
        survivors = [name for name, pid in before.items() if alive(pid)]
        assert survivors == []


def test_a_killed_supervisor_is_replaced_and_meanwhile_callers_only_wait(state: Path) -> None:
    with demo(state) as (launcher, url):
        before = pids(state)
        os.kill(before["supervisor"], signal.SIGKILL)
        wait_for(lambda: pids(state).get("supervisor") not in {None, before["supervisor"]})
        wait_for(lambda: answers(url + "/sign-in"))
        wait_for(lambda: pids(state).keys() >= before.keys() and all(map(alive, pids(state).values())))
        assert not any(alive(pid) for name, pid in before.items() if name != "launcher")
        assert launcher.poll() is None


def words_of(process: psutil.Process) -> list[str]:
    """Return a process's command line; nothing of one that has just ended."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def parts_of(launcher: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(launcher.pid).children(recursive=True)


def is_of_root(process: psutil.Process) -> bool:
    """Say whether a process has any of root's rights; one that has ended has none."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE and 0 in process.uids()
    except psutil.Error:
        return False


def test_nothing_runs_as_root_and_nobody_else_reads_what_the_parts_write(state: Path) -> None:
    with demo(state) as (launcher, _url):
        wait_for(lambda: len(parts_of(launcher)) > 10)
        wait_for(lambda: not [process for process in parts_of(launcher) if is_of_root(process)])
        parts = parts_of(launcher)
        for folder in ("run", "logs", "valkey", "mail", "store", "postgres"):
            assert (state / folder).stat().st_mode & 0o077 == 0, folder
        words = "\0".join(word for process in parts for word in words_of(process))
        secrets = json.loads((state / "keys.json").read_text("utf-8"))
        assert not [name for name, value in secrets.items() if isinstance(value, str) and value in words]


def test_valkey_obeys_only_who_knows_the_password_and_the_clock_is_told_nothing_else(state: Path) -> None:
    with demo(state):
        wait_for(lambda: "clock" in pids(state))
        port = json.loads((state / "ports.json").read_text("utf-8"))["valkey"]
        with Redis(port=port) as stranger, pytest.raises(AuthenticationError):
            stranger.flushall()
        told = (state / "run" / "clock.start").read_text("utf-8")
        for name in ("SECRET_KEY", "DATABASE_URL", "SMTP_URL"):
            assert name not in told


def test_a_second_launcher_says_where_the_first_one_runs(state: Path) -> None:
    with demo(state) as (_launcher, url), pytest.raises(AssertionError, match=f"already runs at {url}"):
        start(state)
