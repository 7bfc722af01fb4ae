"""A disk that is full, at the start and under way: said in one sentence, survived, and over once there is space.

Needs root: the disk is a small one of its own, mounted where nobody else sees it.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from stack.places import CHECKOUT, Places
from stack.upkeep.leftovers import leftovers_of
from tests.support.postgres import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(400),
    pytest.mark.skipif(
        os.geteuid() != 0 or shutil.which("unshare") is None,
        reason="a small disk of one's own is mounted by root, with unshare",
    ),
]
READY = re.compile(r"Public pages\s+(http://\S+)/")
MOUNT = """
mount -t tmpfs -o size={size},mode=0755 none "$ACADEMY_STATE" || exit 77
{before}
exec "$@"
"""


class SmallDisk:
    """A launcher whose state directory is a small disk that only it and its children see."""

    def __init__(self, folder: Path, *, megabytes: int, before: str = "") -> None:
        self.places = Places(folder)
        script = MOUNT.format(size=f"{megabytes}m", before=before)
        start = [sys.executable, "-m", "stack.command_line", "demo", "--port", str(free_port())]
        self.launcher = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", *start],
            cwd=CHECKOUT,
            env=os.environ | {"ACADEMY_STATE": str(folder), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    @property
    def inside(self) -> Path:
        """The state directory as the launcher sees it."""
        return Path(f"/proc/{self.launcher.pid}/root") / self.places.state.relative_to("/")

    def wait_until_ready(self) -> str:
        """Return the public address."""
        said = []
        assert self.launcher.stdout is not None
        for line in self.launcher.stdout:
            said.append(line)
            if found := READY.search(line):
                return found[1]
        raise AssertionError("".join(said))

    def fill(self) -> None:
        """Write until nothing more goes."""
        with (self.inside / "filler").open("wb", buffering=0) as filler:
            try:
                while filler.write(bytes(1 << 16)):
                    pass
            except OSError:
                return

    def empty(self) -> None:
        """Give the space back."""
        (self.inside / "filler").unlink()

    def pid(self, name: str) -> int:
        """Return the process id that a part noted; 0 while there is none."""
        try:
            return int((self.inside / "run" / f"{name}.pid").read_text("ascii"))
        except (OSError, ValueError):
            return 0

    def stop(self) -> None:
        """Stop as Ctrl-C does."""
        if self.launcher.poll() is None:
            self.launcher.send_signal(signal.SIGINT)
        self.launcher.communicate(timeout=120)


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="academy-disk-", ignore_cleanup_errors=True) as made:
        Path(made).chmod(0o755)
        yield Path(made)


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def wait_for(claim: Callable[[], bool], *, seconds: float) -> None:
    until = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < until
        time.sleep(0.3)


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ('dd if=/dev/zero of="$ACADEMY_STATE/filler" bs=64k 2>/dev/null', "cannot be written"),
        ('mount -o remount,ro "$ACADEMY_STATE"', "cannot be written"),
        ('dd if=/dev/zero of="$ACADEMY_STATE/filler" bs=1M count=200 2>/dev/null', "are needed: free some space"),
    ],
    ids=["full", "read-only", "nearly full"],
)
def test_a_start_without_space_is_refused_in_one_sentence_and_starts_nothing(
    folder: Path, before: str, said: str
) -> None:
    disk = SmallDisk(folder, megabytes=300, before=before)
    words, _ = disk.launcher.communicate(timeout=60)
    assert disk.launcher.returncode == 1
    assert said in words
    assert "Traceback" not in words
    assert len(words.strip().splitlines()) == 2  # that it starts, and why it does not
    assert leftovers_of(Places(folder)) == []


def test_pages_answer_on_a_full_disk_and_all_is_back_within_a_minute_of_space_whatever_died(folder: Path) -> None:
    disk = SmallDisk(folder, megabytes=420)
    try:
        url = disk.wait_until_ready()
        wait_for(lambda: disk.pid("worker") > 0 and disk.pid("clock") > 0, seconds=30)
        disk.fill()
        for _round in range(10):  # pages that write nothing do not need the space; each of them leaves a line in a log
            assert answers(f"{url}/")
            assert answers(f"{url}/sign-in")
            time.sleep(0.5)
        supervisor = disk.pid("supervisor")
        for part in ("registration", "worker", "valkey"):
            with suppress(ProcessLookupError):  # it may be starting anew: the disk is full
                os.kill(disk.pid(part), signal.SIGKILL)
        wait_for(lambda: answers(f"{url}/"), seconds=60)
        assert Path(f"/proc/{supervisor}").exists()
        os.kill(supervisor, signal.SIGKILL)
        time.sleep(15)
        disk.empty()
        wait_for(lambda: answers(f"{url}/"), seconds=60)
        ready = f"http://127.0.0.1:{_port(disk, 'registration')}/readyz"
        wait_for(lambda: answers(ready), seconds=60)
        wait_for(lambda: httpx.get(ready).json()["redis"] == "ready", seconds=60)
        assert disk.launcher.poll() is None
    finally:
        disk.stop()
    assert leftovers_of(Places(folder)) == []


def _port(disk: SmallDisk, name: str) -> int:
    found = re.search(rf'"{name}": (\d+)', (disk.inside / "ports.json").read_text("ascii"))
    assert found
    return int(found[1])
