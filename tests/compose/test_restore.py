"""The commands of docs/operations.md, section "Backup and restore", on a composition with the demo in it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.compose.composition import RUNNING, SERVICES, Composition

OURS = ("gateway", *SERVICES, "worker", "postmen", "clock")
STORE = "--directory=/var/lib/academy/store"
COUNT = "SELECT (SELECT count(*) FROM people.person), (SELECT count(*) FROM outbox.fact)"

pytestmark = [pytest.mark.compose, pytest.mark.timeout(600), pytest.mark.xdist_group("compose")]


def piped(academy: Composition, *words: str, file: Path, into: bool) -> None:
    """Run compose with a file as its input or its output, as a shell's < and > do."""
    with file.open("rb" if into else "wb") as stream:
        result = subprocess.run(
            academy.command(*words),
            stdin=stream if into else subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if into else stream,
            stderr=subprocess.PIPE,
            timeout=300,
            check=False,
        )
    assert result.returncode == 0, result.stderr.decode()


def files_of(academy: Composition) -> set[str]:
    return set(academy.inside("materials", "find", "/var/lib/academy/store", "-type", "f").split())


def counted(academy: Composition) -> str:
    return academy.inside("postgres", "psql", "-qtA", "-U", "academy_owner", "academy", "-c", COUNT).strip()


@pytest.mark.usefixtures("accounts")
def test_a_backup_brings_back_every_row_and_every_file(academy: Composition, tmp_path: Path) -> None:
    dump, store = tmp_path / "academy.dump", tmp_path / "store.tar"
    academy.do("stop", *OURS)
    academy.do("start", "materials")
    rows, files = counted(academy), files_of(academy)
    assert files
    login = ("--username=academy_owner",)
    piped(academy, *_exec("postgres", "pg_dump", *login, "--format=custom", "academy"), file=dump, into=False)
    piped(academy, *_exec("materials", "tar", "--create", STORE, "."), file=store, into=False)

    academy.do("down", "--volumes", "--timeout", "10")
    academy.do("up", "--detach", seconds=300)
    academy.wait_healthy(*RUNNING, seconds=120)
    assert counted(academy) != rows
    academy.do("stop", *OURS)
    restore = ("pg_restore", *login, "--dbname=academy", "--clean", "--if-exists")
    piped(academy, *_exec("postgres", *restore), file=dump, into=True)
    extract = ("run", "--rm", "--no-deps", "-T", "materials", "tar", "--extract", STORE)
    piped(academy, *extract, file=store, into=True)
    assert counted(academy) == rows

    academy.do("up", "--detach", seconds=300)
    academy.wait_healthy(*RUNNING, seconds=120)
    assert files_of(academy) >= files  # what was still to be made of the library is made now
    assert not damaged(academy)
    academy.inside("materials", "rm", min(file for file in files if "incoming" not in file))
    assert len(damaged(academy).splitlines()) >= 1


def damaged(academy: Composition) -> str:
    """Return what sha256sum says of files that are missing or not what their name says."""
    line = "SELECT sha256 || '  ' || left(sha256, 2) || '/' || sha256 FROM materials.stored_file"
    listed = academy.inside("postgres", "psql", "-qtA", "-U", "academy_owner", "academy", "-c", line)
    assert listed
    check = "cd /var/lib/academy/store && sha256sum --check --quiet"
    command = academy.command(*_exec("materials", "sh", "-c", check))
    return subprocess.run(command, input=listed, capture_output=True, text=True, timeout=60, check=False).stdout


def _exec(part: str, *words: str) -> tuple[str, ...]:
    return ("exec", "-T", part, *words)
