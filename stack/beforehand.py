"""What is looked at before anything is started: each refusal is one sentence that says what to do."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from stack import schema_state
from stack.addresses import Addresses
from stack.ordinary_user import ordinary_user
from stack.places import CHECKOUT, Places
from stack.ports import remembered_ports

LEAST_FREE = 48 * 1024**2
LEAST_FREE_AT_FIRST = 256 * 1024**2
"""A new PostgreSQL takes some 120 MB with the demo in it."""
_PRIVILEGED = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")


class CannotStart(Exception):  # noqa: N818 - it is a sentence for a person
    """The stack cannot start; the message says why and what to do."""


def require_place(places: Places) -> None:
    """Make the state directory; refuse a disk that takes nothing before anything has been started on it."""
    try:
        places.prepare()
        _write_something(places.run / "probe")
        free = shutil.disk_usage(places.state).free
    except OSError as error:
        raise CannotStart(f"{places.state} cannot be written ({error.strerror}): {_mend(error)}") from None
    least = LEAST_FREE if (places.postgres / "PG_VERSION").exists() else LEAST_FREE_AT_FIRST
    if free < least:
        raise CannotStart(
            f"Only {free / 1024**2:.0f} MB are free on the disk of {places.state}, and at least "
            f"{least / 1024**2:.0f} MB are needed: free some space and start again."
        )


def _write_something(path: Path) -> None:
    with path.open("wb") as file:
        file.write(bytes(4096))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()


def _mend(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "start as the user it belongs to, or name another directory in ACADEMY_STATE."
    return "mend or free the disk, or name a directory on another one in ACADEMY_STATE."


def check_port(gateway: int) -> None:
    """Refuse a port that an ordinary user may not listen on, where root starts the Academy as such a user."""
    user = ordinary_user()
    if user is None:
        return
    try:
        first = int(_PRIVILEGED.read_text(encoding="ascii"))
    except (OSError, ValueError):
        first = 1024
    if gateway < first:
        raise CannotStart(
            f"Port {gateway} is for root alone, and the Academy runs as {user.pw_name}: choose one from {first} with "
            "--port, and let a server with TLS stand in front of it."
        )


def check_settings(environment: Mapping[str, str]) -> None:
    """Let all settings be read once, as the parts will read them, before any of them runs; refuse in one sentence."""
    told = read_settings(environment)
    if told:
        raise CannotStart(told)


def read_settings(environment: Mapping[str, str]) -> str:
    """Return why the settings in this environment cannot be used; empty when they can."""
    result = subprocess.run(
        [sys.executable, "-m", "stack.reading_settings"],
        cwd=CHECKOUT,
        env=dict(environment),
        capture_output=True,
        text=True,
        check=False,
    )
    last = result.stderr.strip().splitlines()[-1:]
    return "".join(last) or "The settings cannot be read." if result.returncode else ""


def only_one(places: Places) -> IO[str]:
    """Hold the lock of this stack as long as the returned file is open, or say who holds it."""
    file = places.lock.open("a+", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        ports = remembered_ports(places.state)
        where = f" at http://127.0.0.1:{ports.gateway}" if ports else ""
        raise CannotStart(f"The Academy of this checkout already runs{where}. Stop it there with Ctrl-C.") from None
    return file


def keep_apart(places: Places, *, demo: bool) -> None:
    """Let a checkout hold the demo's data or real data, never both: the passphrases of the demo's staff are public."""
    own = "demo" if demo else "production"
    if not (places.postgres / "PG_VERSION").exists():
        schema_state.remember_progress(places, use=own)
        return
    done = schema_state.remembered_progress(places)
    if done.get("use", "demo" if done.get("demo") else own) == own:
        return
    if demo:
        raise CannotStart("This checkout holds real data (./academy up): start the demo in another checkout.")
    raise CannotStart(
        "This checkout holds the demo's people and their public passphrases: start ./academy up in a fresh checkout."
    )


def check_replacements(addresses: Addresses, *, demo: bool) -> None:
    """Refuse what would send the demo's made-up mail to real mail servers, or files to a store we cannot reach."""
    if demo and "smtp" not in addresses.embedded and not os.environ.get("ACADEMY_DEMO_MAIL"):
        raise CannotStart(
            "SMTP_URL is set, and the demo would mail made-up people through it. Unset it, or set ACADEMY_DEMO_MAIL=1 "
            "if that server delivers nothing."
        )
    if not addresses.store_url.startswith(("file://", "s3://")):
        raise CannotStart("STORE_URL must be file:///… on this machine, or s3://bucket/prefix.")
